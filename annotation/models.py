"""All models of annotation in one place, for Django and for the apps above."""

from annotation.dialogue.models import Conversation, Dialogue, Turn, TurnAnswer
from annotation.discussion.models import Digest, Mention, Message, ReadMark
from annotation.feedback.models import (
    Demonstration,
    Feedback,
    Judgment,
    Ranking,
    Reviewed,
    Source,
    Suggestion,
)
from annotation.gold.models import Gold, GoldRules, GoldStanding, Grade
from annotation.onboarding.models import (
    Candidate,
    OnboardingAttempt,
    OnboardingGrade,
    OnboardingStep,
    OnboardingVersion,
    ScreeningDecision,
)
from annotation.people.invitation_models import Invitation, InvitationUse
from annotation.people.mail_models import Mail
from annotation.people.models import (
    AuditEvent,
    Membership,
    MembershipRole,
    Project,
    SignInTry,
    User,
)
from annotation.pool.models import (
    IntakeKey,
    IntakeNotice,
    PromptFinding,
    PromptJob,
    PromptRules,
    PromptSketch,
)
from annotation.progress.models import Rates, SurveyAnswer, SurveyTurn
from annotation.prompts.models import (
    Completion,
    CompletionOrigin,
    ImportBatch,
    Prompt,
    UseCase,
)
from annotation.quality.models import QualityReport, QualityThresholds
from annotation.queue.models import Assignment, Route, Task, TaskCompletion
from annotation.review.models import Decision, Review, ReviewItem, ReviewRules, ReviewWatch
from annotation.writing.models import Writing, WritingDraft, WritingKind, WrittenPrompt

__all__ = [
    "Assignment",
    "AuditEvent",
    "Candidate",
    "Completion",
    "CompletionOrigin",
    "Conversation",
    "Decision",
    "Demonstration",
    "Dialogue",
    "Digest",
    "Feedback",
    "Gold",
    "GoldRules",
    "GoldStanding",
    "Grade",
    "ImportBatch",
    "IntakeKey",
    "IntakeNotice",
    "Invitation",
    "InvitationUse",
    "Judgment",
    "Mail",
    "Membership",
    "MembershipRole",
    "Mention",
    "Message",
    "OnboardingAttempt",
    "OnboardingGrade",
    "OnboardingStep",
    "OnboardingVersion",
    "Project",
    "Prompt",
    "PromptFinding",
    "PromptJob",
    "PromptRules",
    "PromptSketch",
    "QualityReport",
    "QualityThresholds",
    "Ranking",
    "Rates",
    "ReadMark",
    "Review",
    "ReviewItem",
    "ReviewRules",
    "ReviewWatch",
    "Reviewed",
    "Route",
    "ScreeningDecision",
    "SignInTry",
    "Source",
    "Suggestion",
    "SurveyAnswer",
    "SurveyTurn",
    "Task",
    "TaskCompletion",
    "Turn",
    "TurnAnswer",
    "UseCase",
    "User",
    "Writing",
    "WritingDraft",
    "WritingKind",
    "WrittenPrompt",
]
