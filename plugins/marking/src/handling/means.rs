//! How information is sent, destroyed and otherwise handled, in the words of all events that say so.

use serde::{Deserialize, Serialize};

/// How information is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Means {
    SecureEmail,
    SecureFileTransfer,
    SharedSystem,
    Interface,
    Portal,
    EncryptedMedia,
    PaperByHand,
    ByHand,
    InPerson,
    Post,
    PostRecorded,
    Courier,
    Fax,
    OrdinaryEmail,
    Phone,
    Other,
}

impl Means {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Means::SecureEmail => "secure e-mail",
            Means::SecureFileTransfer => "secure file transfer",
            Means::SharedSystem => "a shared system",
            Means::Interface => "an interface",
            Means::Portal => "a portal",
            Means::EncryptedMedia => "encrypted media",
            Means::PaperByHand => "paper handed over",
            Means::ByHand => "hand",
            Means::InPerson => "word of mouth",
            Means::Post => "post",
            Means::PostRecorded => "recorded post",
            Means::Courier => "courier",
            Means::Fax => "fax",
            Means::OrdinaryEmail => "ordinary e-mail",
            Means::Phone => "telephone",
            Means::Other => "other means",
        }
    }
}

/// How information is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Method {
    CrossCutShred,
    StripShred,
    Pulp,
    Incinerate,
    SecureErase,
    Overwrite,
    CryptographicErase,
    Degauss,
    PhysicalDestruction,
    Delete,
    RecycleWeee,
    ReuseAfterErasure,
}

impl Method {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::CrossCutShred => "cross-cut shredding",
            Method::StripShred => "shredding into strips",
            Method::Pulp => "pulping",
            Method::Incinerate => "incineration",
            Method::SecureErase => "secure erasure",
            Method::Overwrite => "overwriting",
            Method::CryptographicErase => "destroying the key",
            Method::Degauss => "degaussing",
            Method::PhysicalDestruction => "physical destruction",
            Method::Delete => "deletion",
            Method::RecycleWeee => "recycling",
            Method::ReuseAfterErasure => "erasure for re-use",
        }
    }
}

/// What was done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    Destroyed,
    Sent,
    Stored,
    Discussed,
    Copied,
    Shared,
    Other,
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Action::Destroyed => "destroyed",
            Action::Sent => "sent",
            Action::Stored => "stored",
            Action::Discussed => "discussed",
            Action::Copied => "copied",
            Action::Shared => "shared",
            Action::Other => "handled",
        }
    }
}

/// By which means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    Email,
    SecureEmail,
    Post,
    Courier,
    Fax,
    Phone,
    Web,
    RemovableMedia,
    InPerson,
    Waste,
    Other,
}

impl Channel {
    pub(super) fn name(self) -> &'static str {
        match self {
            Channel::Email => "e-mail",
            Channel::SecureEmail => "secure e-mail",
            Channel::Post => "post",
            Channel::Courier => "courier",
            Channel::Fax => "fax",
            Channel::Phone => "telephone",
            Channel::Web => "the web",
            Channel::RemovableMedia => "removable media",
            Channel::InPerson => "word of mouth",
            Channel::Waste => "waste",
            Channel::Other => "other means",
        }
    }
}
