"""The page on which a project chooses the model that it trains from."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from annotation.models import MembershipRole
from annotation.people.access import Access, project_view
from inference.registry import MAX_REFERENCE, base_model_set, base_reference

Role = MembershipRole.Role


class BaseModelForm(forms.Form):
    reference = forms.CharField(
        label=_("Base model"),
        required=False,
        max_length=MAX_REFERENCE,
        help_text=_(
            "A folder of the storage below models/, the folder of a model of this project, or a "
            "model of the hub (owner/name). Empty: the site's own."
        ),
    )


@project_view(Role.ADMIN, Role.RESEARCHER)
def base_model(request: HttpRequest, access: Access) -> HttpResponse:
    chosen = base_reference(project=access.project)
    form = BaseModelForm(request.POST or None, initial={"reference": chosen})
    if form.is_valid():
        try:
            base_model_set(actor=access.user, project=access.project, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, gettext("Saved: the next round starts from this base."))
            return redirect("models", access.project.slug)
    context = {"form": form, "chosen": chosen, "site_base": settings.BASE_MODEL}
    return render(request, "inference/base_model.html", context)
