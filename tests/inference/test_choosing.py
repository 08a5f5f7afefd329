from hypothesis import given
from hypothesis import strategies as st

from inference.choosing import Draw, answers_choose, draws_wanted, shares_split


def draws(*texts):
    """Texts as "model:text"."""
    pairs = [text.split(":") for text in texts]
    return [Draw(int(model), text, text) for model, text in pairs]


def test_shares_by_weight_in_whole_numbers():
    assert shares_split(6, [1, 1]) == [3, 3]
    assert shares_split(5, [0.5, 0.5]) == [3, 2]
    assert shares_split(9, [1, 1, 1]) == [3, 3, 3]
    assert shares_split(4, [0.9, 0.1]) == [4, 0]
    assert shares_split(7, [2, 1]) == [5, 2]


@given(
    st.integers(1, 9),
    st.lists(st.floats(0, 5), min_size=1, max_size=5).filter(lambda weights: sum(weights) > 0.1),
)
def test_shares_sum_to_k(k, weights):
    shares = shares_split(k, weights)
    assert sum(shares) == k
    assert all(abs(s - k * w / sum(weights)) < 1 for s, w in zip(shares, weights, strict=True))


def test_each_model_gives_its_share_of_different_texts():
    chosen = answers_choose(
        draws("0:a", "0:a", "0:b", "0:c", "1:x", "1:y", "1:z"), shares=[2, 2], k=4
    )
    assert [draw.text for draw in chosen] == ["a", "b", "x", "y"]


def test_what_one_model_lacks_the_other_fills():
    chosen = answers_choose(draws("0:a", "0: ", "0:\u200b", "1:x", "1:a", "1:y", "1:z"), [2, 2], 4)
    assert [draw.text for draw in chosen] == ["a", "x", "y", "z"]


def test_fewer_different_texts_than_k():
    assert len(answers_choose(draws("0:a", "0:a", "0:b", "0:", "0: \n"), [4], 4)) == 2


def test_more_is_sampled_than_wanted():
    assert [draws_wanted(share) for share in (0, 1, 3, 6, 9)] == [0, 3, 5, 9, 14]


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from("abcdefgh "))), st.integers(1, 9))
def test_chosen_texts_are_different_and_as_many_as_there_are(pairs, k):
    shares = shares_split(k, [1, 1])
    chosen = answers_choose([Draw(m, t, t) for m, t in pairs], shares, k)
    texts = [draw.text for draw in chosen]
    assert len(set(texts)) == len(texts) == min(k, len({t for _, t in pairs if t != " "}))
