from django.contrib.auth import views as auth
from django.urls import path

from annotation.people.languages import language_choose
from annotation.people.sign_in import SignInView

urlpatterns = [
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("language/", language_choose, name="language"),
]
