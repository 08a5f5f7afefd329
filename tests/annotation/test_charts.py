"""Small charts by hand."""

from annotation.charts import Scale, line_chart, whisker


def test_a_scale_maps_its_ends_and_keeps_to_its_edges():
    scale = Scale(0.5, 1.0, 100)
    assert [scale.at(value) for value in (0.5, 0.75, 1.0, 0.2, 1.4)] == [0, 50, 100, 0, 100]


def test_a_whisker_by_hand():
    drawn = whisker(0.0, -0.5, 2.0, Scale(-1, 1, 100), [0.5])
    assert (drawn.low, drawn.value, drawn.high) == ("25.0", "50.0", "100.0")
    assert drawn.marks == ("75.0",)


def test_a_line_goes_through_the_middle_of_equal_parts():
    rows = [("a", "A", 0.5, 0.25, 0.75), ("b", "B", 1.0, 0.5, 1.0)]
    chart = line_chart(rows, grid=[(0.0, "0"), (1.0, "1")], width=100, height=40)
    assert chart.line == "25.0,20.0 75.0,0.0"
    assert (chart.points[0].low, chart.points[0].high) == ("30.0", "10.0")
    assert chart.grid == (("40.0", "0"), ("0.0", "1"))
    assert [point.title for point in chart.points] == ["A", "B"]
