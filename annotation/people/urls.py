from django.contrib.auth import views as auth
from django.urls import path

from annotation.people import account_views as account
from annotation.people.languages import language_choose
from annotation.people.sign_in import SignInView

urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset/", account.PasswordResetView.as_view(), name="password-reset"),
    path(
        "password/reset/asked/",
        account.PasswordResetAskedView.as_view(),
        name="password-reset-asked",
    ),
    path(
        "password/reset/<uidb64>/<token>/",
        account.PasswordResetConfirmView.as_view(),
        name="password-reset-confirm",
    ),
    path("language/", language_choose, name="language"),
]
