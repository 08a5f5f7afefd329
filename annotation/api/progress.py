"""How a project goes on, and what labelers are paid: /api/projects/<slug>/progress/."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.api.base import ProjectAPI, Role, StrictSerializer
from annotation.progress.models import Rates
from annotation.progress.own_figures import own_of
from annotation.progress.project_figures import progress_of
from annotation.progress.rates import rates_of, rates_update
from annotation.progress.survey import (
    MOST_COMMENT,
    STATEMENTS,
    survey_answer,
    survey_months,
)


class DaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    done = serializers.IntegerField()
    seconds = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Labels missing when the day was over.")


class LabelerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    done = serializers.IntegerField()
    seconds = serializers.IntegerField()
    recent = serializers.IntegerField(help_text="Of the last 7 days.")
    last = serializers.DateTimeField(allow_null=True)
    idle = serializers.BooleanField()
    cost = serializers.DecimalField(None, 2, allow_null=True)


class CoveredSerializer(serializers.Serializer[Any]):
    use_case = serializers.CharField()
    prompts = serializers.IntegerField()
    labels = serializers.IntegerField()
    share = serializers.FloatField(help_text="Percent.")
    wanted = serializers.FloatField(help_text="Percent.")


class ProjectProgressSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    seconds = serializers.IntegerField()
    kinds = serializers.DictField(child=serializers.IntegerField())
    left = serializers.IntegerField(source="burn.left")
    pace = serializers.FloatField(source="burn.pace", help_text="Labels a day.")
    end = serializers.DateField(source="burn.end", allow_null=True)
    currency = serializers.CharField()
    cost = serializers.DecimalField(None, 2, allow_null=True, help_text="Null without rates.")
    days = DaySerializer(many=True)
    labelers = LabelerSerializer(many=True)
    coverage = CoveredSerializer(many=True)


class RatesSerializer(serializers.ModelSerializer[Rates]):
    class Meta:
        model = Rates
        fields = ("currency", "hour", "demonstration", "ranking", "dialogue", "prompt", "told")


class RatesPatchSerializer(StrictSerializer, RatesSerializer):
    """Any of them; the domain checks them."""


class StretchSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    seconds = serializers.IntegerField()
    earned = serializers.DecimalField(None, 2, allow_null=True)


class AgreedSerializer(serializers.Serializer[Any]):
    share = serializers.FloatField()
    of = serializers.IntegerField()


class OwnSerializer(serializers.Serializer[Any]):
    today = StretchSerializer()
    week = StretchSerializer()
    ever = StretchSerializer()
    kinds = serializers.DictField(child=serializers.IntegerField())
    currency = serializers.CharField()
    gold = AgreedSerializer(allow_null=True, help_text="With gold; `of` tasks.")
    others = AgreedSerializer(allow_null=True, help_text="With other labelers; `of` pairs.")
    others_usual = serializers.FloatField(allow_null=True)


class SurveySerializer(StrictSerializer):
    clear = serializers.IntegerField(min_value=1, max_value=5)
    enjoyable = serializers.IntegerField(min_value=1, max_value=5)
    repetitive = serializers.IntegerField(min_value=1, max_value=5)
    paid = serializers.IntegerField(min_value=1, max_value=5)
    glad = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(
        required=False, allow_blank=True, max_length=MOST_COMMENT, default=""
    )


class StatementSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(STATEMENTS))
    text = serializers.CharField()
    counts = serializers.ListField(child=serializers.IntegerField(), help_text="Of 1 to 5.")
    mean = serializers.FloatField()


class MonthSerializer(serializers.Serializer[Any]):
    month = serializers.DateField()
    answers = serializers.IntegerField()
    statements = StatementSerializer(many=True, help_text="None where too few have answered.")
    comments = serializers.ListField(child=serializers.CharField())


class ProgressView(ProjectAPI[Rates]):
    serializer_class = ProjectProgressSerializer
    queryset = Rates.objects.none()
    read_roles = (Role.ADMIN,)

    @extend_schema(operation_id="progress_retrieve", responses=ProjectProgressSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """Throughput, labels missing, coverage, who is idle, costs: of the last eight weeks."""
        said = progress_of(self.access.project)
        return Response(ProjectProgressSerializer(said).data)


class RatesView(ProjectAPI[Rates]):
    serializer_class = RatesSerializer
    queryset = Rates.objects.none()
    read_roles = write_roles = (Role.ADMIN,)

    @extend_schema(operation_id="rates_retrieve", responses=RatesSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        return Response(RatesSerializer(rates_of(self.access.project)).data)

    @extend_schema(
        operation_id="rates_update", request=RatesPatchSerializer, responses=RatesSerializer
    )
    def patch(self, _request: Request, **_: Any) -> Response:
        """What labelers are paid; costs are reckoned of what was done before too."""
        serializer = RatesPatchSerializer(data=self.request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        rates = rates_update(
            actor=self.access.user, project=self.access.project, **serializer.validated_data
        )
        return Response(RatesSerializer(rates).data)


class SurveyView(ProjectAPI[Rates]):
    serializer_class = MonthSerializer
    queryset = Rates.objects.none()
    read_roles, write_roles = (Role.ADMIN,), (Role.LABELER,)
    pagination_class = None

    @extend_schema(operation_id="survey_list", responses=MonthSerializer(many=True))
    def get(self, _request: Request, **_: Any) -> Response:
        """What labelers think of the work, of the months that are over."""
        months = [asdict(month) for month in survey_months(self.access.project)]
        return Response(MonthSerializer(months, many=True).data)

    @extend_schema(operation_id="survey_answer", request=SurveySerializer, responses={204: None})
    def post(self, _request: Request, **_: Any) -> Response:
        """Answer this month's survey, 1 (strongly disagree) to 5; stored without a name."""
        if self.access.membership is None:
            raise PermissionDenied(gettext("The survey is for members of the project."))
        said = self.body(SurveySerializer)
        comment = said.pop("comment")
        survey_answer(membership=self.access.membership, points=said, comment=comment)
        return Response(status=204)


class OwnView(ProjectAPI[Rates]):
    serializer_class = OwnSerializer
    queryset = Rates.objects.none()
    read_roles = (Role.LABELER,)

    @extend_schema(operation_id="own_figures", responses=OwnSerializer)
    def get(self, _request: Request, **_: Any) -> Response:
        """What the caller has done, and how far they agree."""
        own = own_of(labeler=self.access.user, project=self.access.project)
        return Response(OwnSerializer(own).data)
