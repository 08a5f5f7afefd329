from django.db import migrations

EVERYBODY = 32_767


def routes_give(apps, schema_editor):
    """Each task gets the route of its project, kind and purpose; gold is for everybody."""
    Task = apps.get_model("annotation", "Task")
    Route = apps.get_model("annotation", "Route")
    Task.objects.filter(purpose="gold").update(overlap=EVERYBODY, overlap_own=False)
    Task.objects.filter(purpose="gold", state="done").update(state="open")
    kinds = Task.objects.order_by().values_list("project_id", "kind", "purpose").distinct()
    for project_id, kind, purpose in list(kinds):
        route, _ = Route.objects.get_or_create(project_id=project_id, kind=kind, purpose=purpose)
        tasks = Task.objects.filter(project_id=project_id, kind=kind, purpose=purpose)
        tasks.update(route=route)


class Migration(migrations.Migration):
    dependencies = [("annotation", "0009_routes")]

    operations = [migrations.RunPython(routes_give, migrations.RunPython.noop, elidable=True)]
