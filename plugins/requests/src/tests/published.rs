//! A council's published figures, replayed as events: what was counted comes out, and what was printed wrongly does not.

use super::*;

/// The first and the last day, a month of it, and for each law closed and of these on time.
type Quarter = (&'static str, &'static str, &'static str, [(u32, u32); 2]);

/// Thurrock Council 2023/24, freedom of information and environmental information: closed in a quarter, of these on time.
const THURROCK: [Quarter; 4] = [
    ("2023-04-01", "2023-06-30", "2023-05", [(241, 236), (2, 2)]),
    ("2023-07-01", "2023-09-30", "2023-08", [(242, 238), (3, 3)]),
    ("2023-10-01", "2023-12-31", "2023-11", [(273, 264), (3, 2)]),
    ("2024-01-01", "2024-03-31", "2024-02", [(360, 354), (5, 4)]),
];

/// Requests of a quarter, answered in its middle month: those on time after two weeks, the others after two months.
fn replayed() -> Run<Requests> {
    let mut scenario = Scenario::<Requests>::new();
    for (_, _, month, counts) in THURROCK {
        for ((closed, on_time), regime) in counts.into_iter().zip(["foi", "eir"]) {
            for number in 0..closed {
                let case = format!("{regime}-{month}-{number}");
                let begun = if number < on_time { format!("{month}-01") } else { before(month) };
                let outcome = json!({ "outcome": "granted_in_full" });
                scenario = scenario
                    .post(Post::new("request.received", &case).at(&begun).data(json!({ "regime": regime })))
                    .post(post("response_issued", &case, &format!("{month}-15")).data(outcome));
            }
        }
    }
    scenario.run()
}

/// The first day of the second month before, in the same or the last quarter.
fn before(month: &str) -> String {
    let (year, month) = month.split_once('-').unwrap();
    let (year, month): (i32, u32) = (year.parse().unwrap(), month.parse().unwrap());
    if month > 2 { format!("{year}-{:02}-01", month - 2) } else { format!("{}-12-01", year - 1) }
}

#[test]
fn thurrock_2023_24_comes_out_as_it_was_counted() {
    let run = replayed();
    let printed = |share: &Cell| match share {
        Cell::Share(numerator, denominator) => {
            // Half up, in tenths of a percent.
            (numerator * 2000 + denominator) / (2 * denominator)
        }
        other => panic!("{other:?}"),
    };
    let mut tenths = Vec::new();
    for (from, to, _, [(foi, foi_on_time), (eir, eir_on_time)]) in THURROCK {
        let section = &run.sections(from, to, "2024-12-31")[0];
        let rows = table(section, "requests_by_regime");
        assert_eq!(
            (&rows[0].cells[3], &rows[0].cells[4]),
            (&Cell::Number(foi.into()), &Cell::Share(foi_on_time.into(), foi.into()))
        );
        assert_eq!(
            (&rows[1].cells[3], &rows[1].cells[4]),
            (&Cell::Number(eir.into()), &Cell::Share(eir_on_time.into(), eir.into()))
        );
        tenths.push((printed(&rows[0].cells[4]), printed(&rows[1].cells[4])));
    }
    // The council printed 98, 98, 99 and 99 %: the third is 96.7 and the fourth 98.3.
    assert_eq!(tenths, [(979, 1000), (983, 1000), (967, 667), (983, 800)]);
    let year = &run.sections("2023-04-01", "2024-03-31", "2024-12-31")[0];
    let rows = table(year, "requests_by_regime");
    assert_eq!(rows[3].cells[4], Cell::Share(236 + 238 + 264 + 354 + 11, 241 + 242 + 273 + 360 + 13));
}

/// Southampton City Council 2022/23, first quarter. On time and overdue come to 317, the outcomes to 391: events can say one
/// of these only, and then the tables agree with each other.
#[test]
fn southampton_2022_23_cannot_be_counted_twice() {
    let mut scenario = Scenario::<Requests>::new();
    for number in 0..344 {
        let case = format!("S-{number}");
        scenario = scenario.post(received(&case, "2022-04-04"));
        let ends = match number {
            0..250 => {
                post("response_issued", &case, "2022-05-04").data(json!({ "outcome": "granted_in_full" }))
            }
            250..317 => {
                post("response_issued", &case, "2022-06-20").data(json!({ "outcome": "refused_in_full" }))
            }
            317..322 => post("withdrawn", &case, "2022-05-04"),
            _ => continue,
        };
        scenario = scenario.post(ends);
    }
    let section = scenario.run().sections("2022-04-01", "2022-06-30", "2022-07-01").remove(0);
    let all = &table(&section, "requests_by_regime")[3].cells;
    assert_eq!(
        all[2..],
        [344, 317]
            .map(Cell::Number)
            .into_iter()
            .chain([Cell::Share(250, 317), Cell::Number(5), Cell::Number(22)])
            .collect::<Vec<Cell>>()
    );
    let outcomes = table(&section, "requests_by_outcome");
    assert_eq!(outcomes.last().unwrap().cells[1], Cell::Number(317));
}
