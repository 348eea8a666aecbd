from pulumi_azure_foundry._core.ownership import carry_former_owners
from pulumi_azure_foundry._core.values import Value


def test_a_renamed_declaration_remembers_its_former_name() -> None:
    assert carry_former_owners({"__owner": "a"}, {"__owner": "b"}, []) == ["a"]


def test_former_names_are_carried_on_once_each() -> None:
    olds: dict[str, Value] = {"__owner": "b", "__former_owners": ["a"]}

    assert carry_former_owners(olds, {"__owner": "c"}, ["a", "b"]) == ["a", "b"]


def test_a_name_that_is_taken_again_is_no_former_one() -> None:
    assert carry_former_owners({"__owner": "b", "__former_owners": ["a"]}, {"__owner": "a"}, []) == ["b"]


def test_the_second_check_of_a_replacement_remembers_what_the_first_knew() -> None:
    assert carry_former_owners({}, {"__owner": "b"}, ["a"]) == ["a"]
