"""The demo company has cases that are one, and cases that belong together."""

from __future__ import annotations

import pytest

from complaints.models import CaseLink, Complaint
from complaints.tests.factories import ComplaintFactory
from crm.demo.complaints_together import make

pytestmark = pytest.mark.django_db


def test_one_complaint_is_merged_and_two_are_linked():
    open_ones = [ComplaintFactory() for _number in range(3)]
    assert make({}) == 3
    merged = Complaint.objects.get(state="merged")
    assert merged.merged_into in open_ones
    assert CaseLink.objects.count() == 1
