//! Devices, as far as their encryption was looked at, and incidents, as far as they are closed.

use muniment_sdk::{Alarm, Alert, Case, Data, DataError, Happened};
use serde::{Deserialize, Serialize};

use crate::on::On;
use crate::{NOT_ENCRYPTED, Settings};

/// The stage of a device that was found not to be encrypted, wherever it is.
pub(crate) const DEVICE: &str = "device";

/// What an event about a device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fact {
    Verified {
        encrypted: bool,
    },
    /// It left the organisation for good.
    Disposed,
}

/// A device, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Device {
    /// Whether it was found to be encrypted, each time.
    pub(crate) verdicts: Vec<(On, bool)>,
    disposed: Option<On>,
}

impl Device {
    /// Since when it is known not to be encrypted.
    fn open_since(&self) -> Option<On> {
        if self.disposed.is_some() {
            return None;
        }
        let closed = self.verdicts.iter().rposition(|(_, encrypted)| *encrypted);
        self.verdicts.get(closed.map_or(0, |place| place + 1)).map(|(on, _)| *on)
    }
}

impl Case for Device {
    type Settings = Settings;
    type Fact = Fact;

    fn fact(kind: &str, data: Data<'_>) -> Result<Option<Fact>, DataError> {
        Ok(Some(match kind {
            "device.encrypted_verified" => Fact::Verified { encrypted: data.read::<Verified>()?.encrypted },
            "device.disposed" => Fact::Disposed,
            _ => return Ok(None),
        }))
    }

    /// It is encrypted when it was found not to be, and often on the same day: the time decides.
    fn rank(_: &Fact) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<Fact>]) -> Option<Device> {
        let mut device = Device { verdicts: Vec::new(), disposed: None };
        for happened in facts {
            let on = On::of(happened);
            match happened.fact {
                Fact::Verified { encrypted } => device.verdicts.push((on, encrypted)),
                Fact::Disposed => device.disposed = Some(on),
            }
        }
        // Of two findings of one time that which says that it is encrypted came last: that is why it was looked at again.
        device.verdicts.sort_by_key(|(on, encrypted)| (on.day, on.time, *encrypted, on.seq));
        (!facts.is_empty()).then_some(device)
    }

    fn is_done(&self) -> bool {
        self.disposed.is_some()
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        self.open_since().map(|on| Alarm::new(&NOT_ENCRYPTED, DEVICE, on.time)).into_iter().collect()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        let Some(on) = self.open_since() else { return alert };
        let words = format!(
            "It was checked on {}, and found not to be encrypted. What holds information is encrypted before it is handed out.",
            on.day.in_words()
        );
        alert.arithmetic(words).evidence([on.seq])
    }

    fn cleared(&self, _: &Settings, _: &str, _: &str) -> String {
        match (self.disposed, self.verdicts.last()) {
            (Some(on), _) => format!("it was disposed of on {}", on.day.in_words()),
            (None, Some((on, true))) => format!("found to be encrypted on {}", on.day.in_words()),
            (None, _) => "what it rested on was corrected".to_owned(),
        }
    }
}

/// An incident or a breach of which nothing more is to be done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Incident {
    pub(crate) closed: On,
}

impl Case for Incident {
    type Settings = Settings;
    type Fact = ();

    fn fact(kind: &str, _: Data<'_>) -> Result<Option<()>, DataError> {
        Ok(matches!(kind, "incident.closed" | "incident.unsubstantiated" | "breach.closed").then_some(()))
    }

    fn rank((): &()) -> u8 {
        0
    }

    fn fold(_: &Settings, facts: &[Happened<()>]) -> Option<Incident> {
        facts.first().map(|happened| Incident { closed: On::of(happened) })
    }

    fn alarms(&self, _: &Settings) -> Vec<Alarm> {
        Vec::new()
    }

    fn alert(&self, _: &Settings, _: &Alarm, alert: Alert) -> Alert {
        alert
    }
}

#[derive(Deserialize)]
struct Verified {
    encrypted: bool,
}
