"""Addresses of signing in and of passwords: below /accounts/, with the names that Django gives them."""

from django.urls import include, path

from core.views import passwords, sign_in

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("code/", sign_in.SignInCode.as_view(), name="sign_in_code"),
    path("password_change/", passwords.PasswordChange.as_view(), name="password_change"),
    path("password_reset/", passwords.PasswordReset.as_view(), name="password_reset"),
    # Signing out, the rest of the passwords; what stands above comes first.
    path("", include("django.contrib.auth.urls")),
]
