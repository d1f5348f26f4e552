//! Every limit of the ledger's formats, each with its unit in its name.
//!
//! A limit is part of the interface: an input above one is refused with a message that names the value
//! and the limit.

/// Longest entry line, without its newline. The entry bundles of C2SP tlog-tiles carry a 16-bit length.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Longest event, in its canonical form.
pub const EVENT_BYTES_MAX: usize = 65_000;

/// Most bytes that an entry line adds around its event.
pub const ENTRY_OVERHEAD_BYTES_MAX: usize = r#"{"batch":[,],"by":"","event":,"prev":"","recorded":"","seq":}"#
    .len()
    + 2 * DECIMAL_U32_BYTES_MAX
    + PRINCIPAL_BYTES_MAX
    + 2 * HASH_BYTES
    + RECORDED_BYTES + DECIMAL_U64_BYTES_MAX;

/// Longest name of a principal (`token/foi-casework`).
pub const PRINCIPAL_BYTES_MAX: usize = 128;

/// Deepest nesting of arrays and objects in an event; the event itself is level 1.
pub const JSON_DEPTH_MAX: usize = 64;

/// Longest `id`, `source`, `subject`, `dataschema` or `datacontenttype` of an event.
pub const ATTRIBUTE_BYTES_MAX: usize = 2_048;

/// Longest `type` of an event.
pub const EVENT_TYPE_BYTES_MAX: usize = 256;

/// Longest name of a CloudEvents extension attribute.
pub const EXTENSION_NAME_BYTES_MAX: usize = 64;

/// How far ahead of the recording clock an event's `time` may lie.
pub const EVENT_TIME_AHEAD_SECONDS_MAX: i64 = 300;

/// Most events in one batch.
pub const BATCH_EVENTS_MAX: usize = 10_000;

/// Most bytes of canonical events in one batch. A batch is one group of the commit protocol, and only the
/// last group can be torn, so this bounds what recovery may have to move aside.
pub const BATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Longest origin (the ledger's name, which is also the name of its key).
pub const ORIGIN_BYTES_MAX: usize = 200;

/// Longest controller name.
pub const CONTROLLER_BYTES_MAX: usize = 200;

/// Most pointers that an idempotency conflict lists.
pub const DIFFERENCES_MAX: usize = 20;

/// Most faults that the check against the catalogue reports of one event.
pub const FAULTS_MAX: usize = 100;

/// Longest code: a case number, a role, a digest; also the short name of an organisational unit.
pub const CODE_BYTES_MAX: usize = 128;

/// Longest text of one field.
pub const FIELD_TEXT_BYTES_MAX: usize = 8_192;

/// Most items of a list in an event. A longer one carries its count, its first items and a digest.
pub const LIST_ITEMS_MAX: usize = 100;

/// Most bytes of a posted value that a message repeats.
pub const SHOWN_BYTES_MAX: usize = 80;

/// Most names that a message about an unknown name suggests.
pub const NEAREST_NAMES_MAX: usize = 3;

/// Longest unknown name that suggestions are worked out for.
pub const NEAREST_BYTES_MAX: usize = 64;

/// Most files of the catalogue, the product's and the operator's.
pub const CATALOGUE_FILES_MAX: usize = 256;

/// Longest file in which event types, policies, alerts or controls are declared.
pub const DECLARED_FILE_BYTES_MAX: usize = 256 * 1024;

/// Most groups in one file of the catalogue.
pub const CATALOGUE_GROUPS_MAX: usize = 32;

/// Most types in one file of the catalogue.
pub const CATALOGUE_TYPES_MAX: usize = 128;

/// Most fields that one file of the catalogue defines.
pub const CATALOGUE_FIELDS_MAX: usize = 256;

/// Most fields that one type uses.
pub const TYPE_FIELDS_MAX: usize = 64;

/// Most clauses that one type names, its group's included.
pub const TYPE_CLAUSES_MAX: usize = 64;

/// Most policies, the product's and the operator's.
pub const POLICIES_MAX: usize = 64;

/// Most clauses of one policy.
pub const POLICY_CLAUSES_MAX: usize = 1_000;

/// Most types, alerts or report sections that one clause names.
pub const CLAUSE_NAMES_MAX: usize = 64;

/// Most rows of one list that comes with the policies: alerts, statutes, controls or report sections.
pub const POLICY_ROWS_MAX: usize = 500;

/// Most values of a choice.
pub const CHOICE_VALUES_MAX: usize = 128;

/// Longest name of a field.
pub const FIELD_NAME_BYTES_MAX: usize = 64;

/// Longest title of a group, a type or a field, and longest unit of measure.
pub const TITLE_BYTES_MAX: usize = 120;

/// Longest description of a group, a type or a field.
pub const DESCRIPTION_BYTES_MAX: usize = 2_000;

/// Longest signed note (checkpoint) that is read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// Most signatures on a note that is read. C2SP asks for at least 16.
pub const NOTE_SIGNATURES_MAX: usize = 64;

/// Most hashes in an inclusion or consistency proof: the tree has at most 2^63 leaves.
pub const PROOF_HASHES_MAX: usize = 64;

/// Bytes of a BLAKE3 or SHA-256 hash.
pub const HASH_BYTES: usize = 32;

/// Bytes of a `recorded` instant: `2026-05-01T09:30:00.123456Z`.
pub const RECORDED_BYTES: usize = 27;

/// Hashes in a full tile, and entries in a full entry bundle.
pub const TILE_HASHES: u64 = 256;

const DECIMAL_U64_BYTES_MAX: usize = 20;
const DECIMAL_U32_BYTES_MAX: usize = 10;

const _: () = assert!(EVENT_BYTES_MAX + ENTRY_OVERHEAD_BYTES_MAX <= ENTRY_BYTES_MAX);
const _: () = assert!(EVENT_BYTES_MAX <= BATCH_BYTES_MAX);
const _: () = assert!(NOTE_SIGNATURES_MAX >= 16);
const _: () = assert!(FIELD_TEXT_BYTES_MAX < EVENT_BYTES_MAX);
const _: () = assert!(CATALOGUE_GROUPS_MAX <= CATALOGUE_TYPES_MAX);
const _: () = assert!(CATALOGUE_TYPES_MAX * CATALOGUE_FILES_MAX <= u16::MAX as usize);
