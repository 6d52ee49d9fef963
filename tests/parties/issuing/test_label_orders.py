"""What a finished task of labels says of its file, and how it is read again."""

import pytest

from parties.issuing.label_orders import left_out_in, message_of, shortened_in
from parties.issuing.labels import Written


@pytest.mark.parametrize("shortened", [0, 1, 1200])
@pytest.mark.parametrize("left_out", [0, 7, 999_999])
def test_what_a_task_says_is_read_again(shortened: int, left_out: int) -> None:
    said = message_of(Written(labels=10, shortened=shortened, left_out=left_out))

    assert (shortened_in(said), left_out_in(said)) == (shortened, left_out)
    assert bool(said) is bool(shortened or left_out)
