import pytest

from training.recipes import RECIPES, Recipe, RecipeError, recipe_load


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_survives_being_a_document(name):
    recipe = recipe_load(name)
    assert recipe.name == name
    assert recipe.description
    assert recipe_load(recipe.model_dump(mode="json")) == recipe


def test_the_recipes_that_come_along():
    assert list(RECIPES) == ["laptop", "by-hand", "smoke", "instructgpt"]
    laptop = RECIPES["laptop"]
    assert (laptop.k, laptop.ppo.updates, laptop.ppo.rollouts) == (6, 30, 64)
    assert laptop.sft.rated_at_least == 7
    paper = RECIPES["instructgpt"]
    assert paper.sft.rated_at_least is None
    assert (paper.sft.epochs, paper.sft.learning_rate, paper.sft.batch_size) == (16, 9.65e-6, 32)
    assert (paper.reward.epochs, paper.reward.batch_size, paper.reward.learning_rate) == (
        1,
        64,
        9e-6,
    )
    # 256k episodes, 512 a batch in 8 minibatches of 64
    assert paper.ppo.updates * paper.ppo.rollouts == 256_000
    assert paper.ppo.rollouts // paper.ppo.minibatches == 64
    assert (paper.ppo.beta, paper.ppo.clip) == (0.02, 0.2)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"ks": 6}, "ks"),
        ({"k": 3}, "k"),
        ({"k": 10}, "k"),
        ({"policy_mix": 1.5}, "policy_mix"),
        ({"ppo": {"updates": 0}}, "ppo.updates"),
        ({"ppo": {"rollouts": 10, "minibatches": 4}}, "ppo: .*multiple of minibatches"),
        ({"sft": {"lr": 1}}, "sft.lr"),
        ({"reward": {"epochs": "many"}}, "reward.epochs"),
        ({"rankings_share": 0.5, "rankings_wanted": 9}, "rankings_share or rankings_wanted"),
        ({"max_new_tokens": 256}, "sft.max_length"),
        ({"temperature": 1e999}, "temperature"),
        ({"policy_sample_prompts": 10**30}, "policy_sample_prompts"),
        ({"prompts_per_round": 10**30}, "prompts_per_round"),
        ({"name": "a\0b"}, "cannot be stored"),
        ({"description": "half \ud800"}, "description"),
        ({"description": "x" * 3000}, "description"),
    ],
)
def test_what_is_unknown_or_contradicts_itself_is_refused_by_its_path(changes, path):
    with pytest.raises(RecipeError, match=path):
        recipe_load({"name": "mine"} | changes)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(RecipeError, match="laptop, by-hand, smoke, instructgpt"):
        recipe_load("desktop")


def test_a_recipe_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        RECIPES["laptop"].k = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "possible", "wanted"),
    [
        ({}, 40, 40),
        ({"rankings_share": 0.5}, 41, 20),
        ({"rankings_share": 0.01}, 5, 1),
        ({"rankings_share": 0.5}, 0, 0),
        ({"rankings_wanted": 30}, 40, 30),
        ({"rankings_wanted": 30}, 20, 20),
    ],
)
def test_wanted_rankings(fields, possible, wanted):
    assert Recipe(name="mine", **fields).wanted(possible) == wanted
