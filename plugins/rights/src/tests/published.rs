//! A council's published figures, replayed as events.

use super::*;

/// Thurrock Council 2023/24, subject access: the quarter's first and last day, a month of it, closed, and of these on time.
const THURROCK: [(&str, &str, &str, u32, u32); 4] = [
    ("2023-04-01", "2023-06-30", "2023-05", 37, 31),
    ("2023-07-01", "2023-09-30", "2023-08", 30, 27),
    ("2023-10-01", "2023-12-31", "2023-11", 33, 32),
    ("2024-01-01", "2024-03-31", "2024-02", 25, 21),
];

#[test]
fn thurrock_2023_24_comes_out_as_it_was_counted() {
    let mut scenario = Scenario::<Rights>::new();
    for (_, _, month, closed, on_time) in THURROCK {
        for number in 0..closed {
            let case = format!("SAR-{month}-{number}");
            // More than two months before the answer, or two weeks.
            let begun = if number < on_time { format!("{month}-01") } else { "2023-01-05".to_owned() };
            let answered = answer(&case, &format!("{month}-15"));
            scenario = scenario.post(received(&case, &begun)).post(answered);
        }
    }
    let run = scenario.run();
    for (from, to, _, closed, on_time) in THURROCK {
        let section = &run.sections(from, to, "2024-12-31")[0];
        let rows = section.blocks.iter().find_map(|block| match block {
            Block::Table(table) if table.name == "rights_by_right" => Some(&table.rows),
            _ => None,
        });
        let all = &rows.unwrap().last().unwrap().cells;
        assert_eq!(
            (&all[3], &all[4]),
            (&Cell::Number(closed.into()), &Cell::Share(on_time.into(), closed.into()))
        );
    }
}
