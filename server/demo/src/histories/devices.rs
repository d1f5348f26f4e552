//! Equipment and devices, from issue to disposal.

use crate::case::Case;
use crate::day::Moment;
use crate::desk::{Desk, fields};

fn issued<'d>(desk: &'d mut Desk, at: Moment) -> (Case<'d>, String, String) {
    let mut case = Case::counted(desk, "AST", at);
    let (person, serial) = (case.desk.person(), format!("SN-{}X", case.subject));
    case.say(
        "equipment.issued",
        fields![
            person: person.as_str(), user_class: "staff", kind: "laptop", serial: serial.as_str(),
            holds_data: true,
        ],
    );
    case.say(
        "device.encrypted_verified",
        fields![
            kind: "laptop", removable: false, encryption: "full_disk", encrypted: true,
            checked_how: "management_system",
        ],
    );
    (case, person, serial)
}

pub(super) fn laptop(desk: &mut Desk, at: Moment) {
    let (mut case, person, serial) = issued(desk, at);
    case.wait(20, 120);
    case.say(
        "equipment.returned",
        fields![person: person, kind: "laptop", condition: "reusable", serial: serial],
    );
}

pub(super) fn scrapped(desk: &mut Desk, at: Moment) {
    let (mut case, person, serial) = issued(desk, at);
    case.wait(10, 40);
    case.say(
        "equipment.returned",
        fields![person: person, kind: "laptop", condition: "for_disposal", serial: serial.as_str()],
    );
    case.wait(3, 15);
    let certificate = format!("CERT-{}", case.subject);
    case.say(
        "device.disposed",
        fields![
            kind: "laptop", serial: serial, method: "secure_erase", sanitisation: "purge",
            standard: "NIST-800-88", verified: true, tool: "eraser/7.2", route: "ict_disposal",
            contractor: "Exemplar Recycling Ltd (fictional)", certificate: certificate,
            authorised_by: "role/head-of-ict",
        ],
    );
}

pub(super) fn shredder(desk: &mut Desk, at: Moment) {
    let mut case = Case::counted(desk, "SHR", at);
    case.say(
        "shredder.installed",
        fields![takes: vec!["paper", "optical"], level: "DIN-66399/P-4", route_only: false],
    );
}
