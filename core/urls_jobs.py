"""Addresses of jobs and schedules; `core.urls` includes them in its namespace."""

from django.urls import path

from core.views import jobs, schedules

urlpatterns = [
    path("", jobs.JobList.as_view(), name="job-list"),
    path("retry-all/", jobs.JobRetryAll.as_view(), name="job-retry-all"),
    path("<int:pk>/", jobs.JobDetail.as_view(), name="job-detail"),
    path("<int:pk>/progress/", jobs.JobProgress.as_view(), name="job-progress"),
    path("<int:pk>/cancel/", jobs.JobCancel.as_view(), name="job-cancel"),
    path("<int:pk>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("<int:pk>/run-again/", jobs.JobRunAgain.as_view(), name="job-run-again"),
    path("schedules/", schedules.ScheduleList.as_view(), name="schedule-list"),
    path("schedules/<int:pk>/edit/", schedules.ScheduleUpdate.as_view(), name="schedule-update"),
    path("schedules/<int:pk>/runs/", schedules.ScheduleRuns.as_view(), name="schedule-runs"),
    path("schedules/<int:pk>/run/", schedules.ScheduleRunNow.as_view(), name="schedule-run"),
]
