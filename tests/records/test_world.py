"""What the mirrors say about rights, and how silence counts as unknown."""

from __future__ import annotations

from holdshort.records.world import World
from tests.desk import Desk


def test_rights_reach_through_every_level_of_nesting(desk: Desk) -> None:
    with desk.role("desk"):
        rights = {right.id: right for right in World().rights_through("build-tools") or ()}
    assert rights["aws:AdministratorAccess"].privileged
    assert len(rights["aws:AdministratorAccess"].path) == 3
    assert "aws:ReadOnlyAccess" in rights


def test_a_user_name_is_taken_in_whatever_capitals(desk: Desk) -> None:
    with desk.role("desk"):
        assert World().is_user_name_taken("Dana") is True
        assert World().is_user_name_taken("nobody") is False


def test_a_person_holds_what_their_groups_carry(desk: Desk) -> None:
    with desk.role("desk"):
        held = {right.id for right in World().rights_of("omar") or ()}
    assert "directory:super-admin" in held


def test_a_group_that_the_companys_file_does_not_list_is_named_however_deep_it_is(
    desk: Desk,
) -> None:
    desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name) "
        "VALUES ('directory', 'g-512', 'Domain Admins', 'Domain Admins')"
    )
    with desk.role("desk"):
        before = World().rights_of("bea")
        assert World().unlisted_of("bea") == ()
    desk.sql(
        "INSERT INTO membership (connector, group_id, member_id, member_kind) SELECT 'directory', "
        "'g-512', external_id, 'group' FROM directory_group WHERE slug = 'photo-club'"
    )
    with desk.role("desk"):
        assert World().unlisted_of("bea") == ("Domain Admins",)
        assert World().rights_of("bea") == before
        assert World().unlisted_of("dana") == ()


def test_who_is_privileged_is_the_same_whether_or_not_their_rights_were_read_before(
    desk: Desk,
) -> None:
    everybody = {one for (one,) in desk.sql("SELECT person FROM profile")}
    with desk.role("desk"):
        unread, read = World(), World()
        held = {one: read.rights_of(one) or () for one in everybody}
        expected = {one for one, rights in held.items() if any(r.privileged for r in rights)}
        assert expected and expected != everybody
        assert unread.privileged(everybody) == read.privileged(everybody) == expected
        one = min(expected)
        read = World()
        read.rights_of(one)
        assert read.privileged(everybody) == expected
        assert World().privileged(()) == frozenset()


def test_groups_that_contain_each_other_end_somewhere(desk: Desk) -> None:
    desk.sql(
        "INSERT INTO membership SELECT 'directory', a.external_id, b.external_id, 'group' "
        "FROM directory_group a, directory_group b "
        "WHERE a.slug = 'build-tools' AND b.slug = 'aws-admins'"
    )
    with desk.role("desk"):
        containers = World().containers_of("build-tools")
        own = World().group("build-tools")
    assert containers is not None and own is not None
    assert len(containers) == 2
    assert own.external_id not in containers


def test_a_directory_that_was_not_read_lately_is_unknown(desk: Desk) -> None:
    desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '11 minutes'")
    with desk.role("desk"):
        world = World()
        assert world.rights_of("dana") is None
        assert world.unlisted_of("dana") == ()
        assert world.account("dana") is None
        assert world.is_member("dana", "photo-club") is None


def test_what_is_unknown_runs_nothing(desk: Desk) -> None:
    desk.sql("UPDATE mirror_read SET read_at = clock_timestamp() - interval '11 minutes'")
    desk.agent.will("idp.reset_password", person="dana")
    number = desk.ask("dana", "I forgot my password")
    assert desk.ticket(number)["stands"] == "with_person"
    assert desk.sql("SELECT count(*) FROM kernel.authorization") == [(0,)]


def test_a_name_that_imitates_another_is_found(desk: Desk) -> None:
    desk.sql(
        "INSERT INTO directory_group (connector, external_id, slug, name) "
        "VALUES ('directory', 'x', 'fake', 'Phоto Club\u200b')"
    )
    with desk.role("desk"):
        real = World().group("photo-club")
        assert real is not None
        assert World().lookalikes(real.name) == ("Phоto Club\u200b",)


def test_a_name_that_comes_to_imitate_another_is_found_and_one_that_stops_is_not(
    desk: Desk,
) -> None:
    with desk.role("desk"):
        assert World().lookalikes("Photo Club") == ()
    desk.sql("UPDATE profile SET name = 'Photo-C1ub' WHERE person = 'bea'")
    with desk.role("desk"):
        assert World().lookalikes("Photo Club") == ("Photo-C1ub",)
    desk.sql("UPDATE profile SET name = 'Bea Lorenz' WHERE person = 'bea'")
    with desk.role("desk"):
        assert World().lookalikes("Photo Club") == ()
