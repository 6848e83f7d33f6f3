"""What rows are called outside can be typed and sent as it is."""

from __future__ import annotations

from storage.tables import new_ref


def test_a_name_of_a_row_may_stand_in_a_command_and_at_the_end_of_a_link() -> None:
    refs = [new_ref() for _ in range(2_000)]

    assert [ref for ref in refs if not (ref[0].isalnum() and ref[-1].isalnum())] == []
    assert {len(ref) for ref in refs} == {16}
    assert any(sign in "-_" for ref in refs for sign in ref)
