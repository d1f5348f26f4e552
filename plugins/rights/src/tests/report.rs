use super::*;

pub(super) fn table<'s>(section: &'s Section, name: &str) -> &'s [Row] {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.name == name => Some(table.rows.as_slice()),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no table {name}"))
}

pub(super) fn share(section: &Section, name: &str) -> (u64, Option<u64>) {
    let found = section.blocks.iter().find_map(|block| match block {
        Block::Metric(metric) if metric.name == name => {
            assert_eq!(metric.evidence.len() as u64, metric.numerator, "each figure has its evidence");
            assert!(!metric.definition.is_empty());
            Some((metric.numerator, metric.denominator))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no figure {name}"))
}

#[test]
fn the_figures_add_up() {
    let run = Scenario::<Rights>::new()
        .post(received("SAR-1", "2026-03-03"))
        .post(received_under("erasure", "ERA-1", "2026-04-02"))
        .post(received("SAR-2", "2026-04-02"))
        .post(received_under("foi", "FOI-1", "2026-04-02"))
        .post(received("SAR-3", "2026-04-03"))
        .post(post("withdrawn", "SAR-3", "2026-04-04"))
        // Between the two readings: in time as regulators count.
        .post(answer("SAR-1", "2026-04-07"))
        .post(answer("ERA-1", "2026-05-15"))
        .run();
    let section = &run.sections("2026-04-01", "2026-05-31", "2026-06-01")[0];
    assert_eq!(section.place, "R6");
    assert_eq!(share(section, "rights_received"), (3, None));
    assert_eq!(share(section, "rights_closed"), (3, None));
    assert_eq!(share(section, "rights_in_time"), (1, Some(2)));
    assert_eq!(share(section, "rights_between_readings"), (1, Some(1)));
    let rows = table(section, "rights_by_right");
    let row = |name: &str| &rows.iter().find(|row| row.cells[0] == Cell::from(name)).unwrap().cells[1..];
    let [one, two, three] = [1, 2, 3].map(Cell::Number);
    assert_eq!(row("Access"), [&one, &two, &one, &Cell::Share(1, 1), &one, &one].map(Clone::clone));
    let erasure =
        [Cell::Number(0), one.clone(), one.clone(), Cell::Share(0, 1), Cell::Number(0), Cell::Number(0)];
    assert_eq!(row("Erasure"), erasure);
    assert_eq!(row("All"), [&one, &three, &two, &Cell::Share(1, 2), &one, &one].map(Clone::clone));
}

#[test]
fn extensions_and_pauses_are_counted() {
    let run = access("2026-03-03")
        .post(sought("2026-03-09", Some("cctv")))
        .post(clarified("2026-03-18"))
        .post(extended("2026-03-20", None))
        .post(received("SAR-2", "2026-03-21"))
        .post(post("id_sought", "SAR-2", "2026-03-23"))
        .post(answer("SAR-1", "2026-06-01"))
        .run();
    let section = &run.sections("2026-03-01", "2026-06-30", "2026-06-30")[0];
    assert_eq!(share(section, "rights_extensions"), (1, None));
    assert_eq!(share(section, "rights_extensions_with_reasons"), (0, Some(1)));
    assert_eq!(share(section, "rights_in_time_extended"), (1, Some(1)));
    let rows = table(section, "rights_pauses");
    assert_eq!(rows[0].cells[1..], [1, 1, 10].map(Cell::Number));
    assert_eq!(rows[1].cells[1..], [1, 0, 0].map(Cell::Number));
    assert_eq!((&rows[3].cells[1], rows[3].evidence.as_slice()), (&Cell::Number(2), [1, 6, 2].as_slice()));
}

#[test]
fn what_cannot_be_read_is_said() {
    let run = access("2026-03-03")
        .post(post("assigned", "SAR-1", "2026-03-04").data(json!({ "unit": 7 })))
        .post(Post::new("dpcomplaint.received", "DPC-1").at("2026-07-02").data(json!({})))
        .run();
    let section = &run.sections("2026-03-01", "2026-03-31", "2026-08-01")[0];
    let Some(Block::Finding(finding)) = section.blocks.last() else { panic!("{section:?}") };
    assert_eq!(finding.evidence.len(), 2);
}
