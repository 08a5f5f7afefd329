"""The demo's second project: a few dialogues with scripted answers, so that the chat page can be
tried before any model answers. It is apart from the first, whose rounds it does not disturb.
"""

from django.db import transaction

from annotation.dialogue.models import Mode
from annotation.dialogue.tasks import Script, dialogues_ask
from annotation.models import Project
from annotation.people.projects import project_update
from plumbline.demo import ACCOUNTS, PASSWORD
from plumbline.demo import SLUG as FIRST
from simulation.world import world_create

SLUG = "conversations"
INSTRUCTIONS = """\
Talk as you would with a good assistant.

1. Say something about the topic, in your own words.
2. Choose the answer that you would rather receive, and say how much better it is.
3. Where none will do, write the answer yourself.
"""

SCRIPTS: dict[str, Script] = {
    "Ask how to start a **compost heap**, then ask about a detail of the answer.": [
        [
            "Choose a shady spot on bare soil and build it in layers:\n\n"
            "1. twigs at the bottom, for air;\n"
            "2. kitchen scraps and grass (*green*);\n"
            "3. dry leaves or cardboard (*brown*), about twice as much.\n\n"
            "Keep it as damp as a wrung-out sponge.",
            "Composting is a process in which organic matter decomposes. Many people do it.",
        ],
        [
            "In small amounts that does no harm; chop it, and mix it with brown matter.",
            "Yes.",
        ],
        [
            "Turn it every two weeks. In three to six months it is dark and smells of earth.",
            "It depends. There are many factors, and it is hard to say anything about it.",
        ],
    ],
    "Ask for help with a **letter** to a neighbour, and then for a change to it.": [
        [
            "> Dear neighbour,\n>\n> on Saturday we celebrate, and it may get loud until eleven. "
            "If it disturbs you, ring us at any time, or join us.\n>\n> Kind regards",
            "> Hi! Party on Saturday. It will be loud. Sorry!",
        ],
        [
            "Gladly: shall it be shorter, warmer, or more formal?",
            "I have changed the letter as you wished.",
        ],
        [
            "Here it is once more, shorter:\n\n> On Saturday we celebrate until eleven. Please "
            "ring if it is too loud!",
            "Letters are a form of written communication.",
        ],
    ],
}
TOPICS = ["A recipe from what is left in the fridge", "Planning a weekend without a car"]


@transaction.atomic
def demo_dialogues_seed() -> bool:
    """Make the project beside the demo's first. Returns whether there was anything to do."""
    ours = Project.objects.filter(slug=FIRST, created_by__username=ACCOUNTS["admin"])
    if Project.objects.filter(slug=SLUG).exists() or not ours.exists():
        return False
    world = world_create(name="Conversations", slug=SLUG, labelers=1, password=PASSWORD)
    project = project_update(actor=world.admin, project=world.project, instructions=INSTRUCTIONS)
    for topic, script in SCRIPTS.items():
        dialogues_ask(
            actor=world.admin,
            project=project,
            count=2,
            topics=[topic],
            script=script,
            max_turns=len(script),
        )
    dialogues_ask(
        actor=world.admin,
        project=project,
        count=len(TOPICS),
        topics=TOPICS,
        mode=Mode.BOTH_SIDES,
        max_turns=3,
    )
    return True
