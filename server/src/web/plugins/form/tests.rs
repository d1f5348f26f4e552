use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "days": {
                "title": "Answer within", "type": "integer", "minimum": 1, "maximum": 60, "default": 20
            },
            "share": { "type": "number", "minimum": 0 },
            "rule": {
                "description": "`calendar_day`: the next one. See `other`.",
                "enum": ["calendar_day", "next_working_day"],
                "default": "calendar_day"
            },
            "strict": { "type": "boolean", "default": false },
            "forms": {
                "type": "array", "uniqueItems": true, "default": [],
                "items": { "enum": ["paper", "disk", "tape"] }
            },
            "warn_at": {
                "type": "array", "items": { "type": "integer" }, "maxItems": 5, "default": [10, 15]
            },
            "roles": { "type": "array", "items": { "type": "string" } },
            "from": { "type": ["string", "null"], "format": "date", "default": null },
            "limits": { "type": "object", "default": { "a": 1 } }
        }
    })
}

fn settings() -> Value {
    json!({
        "days": 20, "share": 2.5, "rule": "calendar_day", "strict": false, "forms": ["tape", "paper"],
        "warn_at": [10, 15], "roles": ["role/siro"], "from": null, "limits": { "a": 1 }, "kept": [[1]]
    })
}

/// What a browser sends for a form as it is shown.
fn sent(shown: &[Shown]) -> Fields {
    let mut fields = Vec::new();
    for question in shown {
        let chosen = question.choices.iter().filter(|choice| choice.is_chosen);
        match question.shape {
            Shape::Select | Shape::Boxes => {
                fields.extend(chosen.map(|choice| (question.id.clone(), choice.value.clone())));
            }
            _ => fields.push((question.id.clone(), question.text.clone())),
        }
    }
    Fields(fields)
}

#[test]
fn a_form_that_is_sent_as_it_came_changes_nothing() {
    let form = Form::of(Some(&schema()), &settings());
    assert_eq!(form.read(&sent(&form.filled())).unwrap(), settings());
    assert!(form.changed(&settings()).is_empty());
    let whole = Form::of(None, &settings());
    assert_eq!(whole.read(&sent(&whole.filled())).unwrap(), settings());
    // What does not fit its schema is not lost either.
    let odd = json!({ "days": "many", "rule": "another", "forms": ["film"], "roles": [" x", "a\nb"] });
    let form = Form::of(Some(&schema()), &odd);
    let read = form.read(&sent(&form.filled())).unwrap();
    assert!(["days", "rule", "forms", "roles"].iter().all(|name| read[name] == odd[name]), "{read}");
}

#[test]
fn what_is_typed_becomes_settings() {
    let form = Form::of(Some(&schema()), &settings());
    let typed = "setting-days=25&setting-share=3&setting-rule=next_working_day&setting-strict=true\
                 &setting-forms=disk&setting-forms=tape&setting-warn_at=5%0D%0A%0D%0A+7+\
                 &setting-roles=&setting-from=2026-04-01&setting-limits=%7B%7D&setting-kept=null";
    let read = form.read(&Fields::read(typed.as_bytes()).unwrap()).unwrap();
    let wanted = json!({
        "days": 25, "share": 3, "rule": "next_working_day", "strict": true, "forms": ["tape", "disk"],
        "warn_at": [5, 7], "roles": [], "from": "2026-04-01", "limits": {}, "kept": null
    });
    assert_eq!(read, wanted);
    let changed = form.changed(&wanted);
    assert_eq!(changed.len(), 10);
    let days = Changed { label: "Answer within".to_owned(), before: "20".to_owned(), after: "25".to_owned() };
    assert!(changed.contains(&days), "{changed:?}");
}

#[test]
fn what_is_left_empty_is_left_to_the_default() {
    let form = Form::of(Some(&schema()), &settings());
    let read = form.read(&Fields::default()).unwrap();
    assert_eq!(read, json!({ "forms": [], "warn_at": [], "roles": [], "from": null }));
    assert!(form.changed(&read).iter().all(|changed| changed.label != "Answer within"));
}

#[test]
fn mistakes_are_told_beside_their_field() {
    let form = Form::of(Some(&schema()), &settings());
    let typed = b"setting-days=soon&setting-warn_at=1%0Ax&setting-limits=%7B&setting-rule=z";
    let typed = Fields::read(typed).unwrap();
    let wrongs = form.read(&typed).unwrap_err();
    let mut at: Vec<&str> = wrongs.iter().map(|wrong| wrong.field.as_str()).collect();
    at.sort_unstable();
    assert_eq!(at, ["setting-days", "setting-limits", "setting-rule", "setting-warn_at"]);
    let shown = form.typed(&typed, &wrongs);
    let days = shown.iter().find(|question| question.id == "setting-days").unwrap();
    assert_eq!(days.text, "soon");
    assert!(days.error.contains("not a whole number"), "{}", days.error);
    let mut failure = Failure::new(422, "x", "all of it");
    assert_eq!(form.wrongs(&failure)[0].message, "all of it");
    failure.errors = serde_json::from_value(json!([
        { "pointer": "/days", "message": "0 is less than 1" }, { "pointer": "", "message": "unknown" }
    ]))
    .unwrap();
    let wrongs = form.wrongs(&failure);
    assert_eq!((wrongs[0].field.as_str(), wrongs[1].field.as_str()), ("setting-days", ""));
}

#[test]
fn hints_say_what_is_wanted() {
    let form = Form::of(Some(&schema()), &settings());
    let shown = form.filled();
    let of = |id: &str| shown.iter().find(|question| question.id == id).unwrap();
    assert_eq!(of("setting-days").hint, "A whole number from 1 to 60. Unless set otherwise: 20.");
    let rule = "“Calendar day”: the next one. See other. Unless set otherwise: Calendar day.";
    assert_eq!(of("setting-rule").hint, rule);
    assert_eq!(of("setting-strict").choices[0].label, "Yes");
    assert!(of("setting-warn_at").hint.starts_with("Whole numbers, one on each line. At most 5."));
    assert!(of("setting-share").is_short() && of("setting-forms").is_boxes());
    assert!(of("setting-limits").is_area() && of("setting-rule").is_select());
    assert_eq!(id_of("a b/ü"), "setting-a~20b~2f~fc");
}
