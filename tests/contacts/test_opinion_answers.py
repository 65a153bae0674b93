"""What is remembered of a provisioning server: a bounded number of rulings, for a bounded time."""

from custom_components.xmpp_iot.contacts.opinion_answers import (
    LONGEST,
    MOST_ANSWERS,
    MOST_WEIGHT,
    Answers,
)
from custom_components.xmpp_iot.wire.provisioning_model import (
    DENIED,
    Matter,
    Question,
    Ruling,
)

YES = Ruling(allowed=True)


def question(number: int, names: int = 0) -> Question:
    """Return one of many questions."""
    return Question(
        matter=Matter.CONTROL,
        jid=f"friend{number}@example.org",
        names=frozenset(map(str, range(names))),
    )


def test_answers_are_remembered_for_an_hour() -> None:
    """Then they are asked for anew."""
    now = [0.0]
    answers = Answers(lambda: now[0])
    answers.keep(question(1), YES)
    now[0] = LONGEST - 1
    assert answers.get(question(1)) is YES
    now[0] = LONGEST
    assert answers.get(question(1)) is None
    assert len(answers) == 0


def test_only_so_many_are_remembered() -> None:
    """The oldest go first."""
    answers = Answers()
    for number in range(MOST_ANSWERS + 10):
        answers.keep(question(number), YES)
    assert len(answers) == MOST_ANSWERS
    assert answers.get(question(9)) is None
    assert answers.get(question(10)) is YES


def test_large_questions_count_for_more() -> None:
    """What is remembered is bounded in all."""
    answers = Answers()
    for number in range(100):
        answers.keep(question(number, 999), YES)
    assert len(answers) == MOST_WEIGHT // 1000


def test_the_last_ruling_counts() -> None:
    """And is remembered once."""
    answers = Answers()
    answers.keep(question(1), YES)
    answers.keep(question(1), DENIED)
    assert answers.get(question(1)) is DENIED
    assert len(answers) == 1


def test_some_or_all_are_forgotten() -> None:
    """By whom they are about."""
    answers = Answers()
    for number in range(3):
        answers.keep(question(number), YES)
    answers.forget(lambda jid: jid == question(1).jid)
    assert [answers.get(question(one)) for one in range(3)] == [YES, None, YES]
    answers.forget()
    assert len(answers) == 0
