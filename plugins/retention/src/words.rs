//! The words of the catalogue that events choose from, and how they are printed.

use serde::{Deserialize, Serialize};

/// A choice of the catalogue, with its words for people, and one for what a later catalogue may add.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $words:literal,)* } else $other:ident $other_words:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            $($variant,)*
            #[serde(other)]
            $other,
        }

        impl $name {
            /// How it is printed.
            #[allow(dead_code, reason = "not every choice is printed")]
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $words,)*
                    $name::$other => $other_words,
                }
            }

            /// All of them, in the order of the catalogue.
            #[allow(dead_code, reason = "not every choice has a table")]
            pub(crate) const ALL: &'static [$name] = &[$($name::$variant,)* $name::$other];
        }
    };
}

choice! {
    /// What something is on.
    Medium {
        Paper "paper",
        Disk "disk",
        Tape "tape",
        Usb "memory stick",
        Optical "optical disc",
        Film "film",
        Microform "microform",
        MobileDevice "mobile device",
        System "system",
        Cloud "cloud",
        Recording "recording",
        MemoryCard "memory card",
    } else Other "other"
}

choice! {
    /// What kind of thing a device is.
    Kind {
        Laptop "laptop",
        Desktop "desktop",
        Server "server",
        Phone "phone",
        Tablet "tablet",
        Printer "printer",
        Network "network device",
        Usb "memory stick",
        Disk "disk",
        Tape "tape",
        Badge "badge",
        Keys "keys",
        Camera "camera",
    } else Other "other device"
}

choice! {
    /// How something was destroyed.
    Method {
        CrossCutShred "cross-cut shredding",
        StripShred "strip shredding",
        Pulp "pulping",
        Incinerate "incineration",
        SecureErase "secure erasure",
        Overwrite "overwriting",
        CryptographicErase "cryptographic erasure",
        Degauss "degaussing",
        PhysicalDestruction "physical destruction",
        Delete "deletion",
        RecycleWeee "recycling",
        ReuseAfterErasure "re-use after erasure",
    } else Other "another method"
}

choice! {
    /// Who carried a destruction out.
    Route {
        OwnUnit "own unit",
        Central "central service",
        Contractor "contractor",
        IctDisposal "secure disposal of hardware",
    } else Other "another route"
}

choice! {
    /// The highest protective marking.
    Marking {
        None "none",
        Official "OFFICIAL",
        OfficialSensitive "OFFICIAL-SENSITIVE",
        Secret "SECRET",
        TopSecret "TOP SECRET",
    } else ObsoleteScheme "an obsolete scheme"
}

choice! {
    /// What is to become of records, as decided.
    Decision {
        Destroy "destroy",
        KeepLonger "keep longer",
        Archive "archive",
        Transfer "transfer",
        MoveStorage "move to other storage",
    } else Other "another decision"
}

choice! {
    /// What a retention schedule says is to become of records.
    Action { Keep "keep", } else Other "dispose of"
}

choice! {
    /// What the risk manager advised.
    Advice { Keep "keep", } else Other "destroy or hand over"
}

choice! {
    /// What becomes of a thing that came back.
    Condition { ForDisposal "for disposal", } else Other "to be used again"
}

choice! {
    /// Why a hold was placed.
    Ground {
        Inquiry "inquiry",
        Litigation "litigation",
        Regulator "regulator",
        Police "police",
        Audit "audit",
        Request "request",
    } else Other "other"
}

choice! {
    /// What kind of thing a hold covers.
    HoldScope {
        Case "case",
        Person "person",
        Record "record",
        Series "series",
    } else Class "class"
}

impl Medium {
    /// Whether what is on it has to go through a machine that the unit has, or through the central service.
    pub(crate) fn is_shredded(self) -> bool {
        matches!(self, Medium::Paper | Medium::Optical)
    }

    /// Whether the risk manager is to be asked first.
    pub(crate) fn needs_advice(self) -> bool {
        matches!(self, Medium::Tape | Medium::Usb)
    }

    /// Whether it is something inside a computer, which nobody carries away.
    pub(crate) fn is_within_a_system(self) -> bool {
        matches!(self, Medium::System | Medium::Cloud)
    }
}

impl Kind {
    /// Whether information can be on it.
    pub(crate) fn is_device(self) -> bool {
        !matches!(self, Kind::Badge | Kind::Keys)
    }
}
