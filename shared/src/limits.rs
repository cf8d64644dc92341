//! Every number that bounds something from outside, with its reason.

/// A sync request or response after inflation, in bytes. A day of 12 contacts with long notes is
/// under 100 KB; this leaves room for a fortnight without a network.
pub const SYNC_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a phone puts into one push, in bytes of changes: small enough to get through a bad
/// connection before it drops, since nothing of a request counts until all of it has arrived.
pub const PUSH_BYTES_TARGET: usize = 256 * 1024;

/// What a phone offers to take in one response, in bytes.
pub const ROOM_BYTES_DEFAULT: u32 = 1024 * 1024;

/// The least room that a server honours: one response always moves on by at least one case.
pub const ROOM_BYTES_MIN: u32 = 16 * 1024;

/// Cases named in one push.
pub const PUSH_CASES_MAX: usize = 1_000;

/// Changes of one case in one push.
pub const CASE_CHANGES_MAX: usize = 2_000;

/// One change, in bytes. The longest note (20,000 characters) in one change is under 90 KB.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;

/// Changes that one change may name as its direct dependencies. More would mean that as many
/// devices wrote to one case at once without hearing of each other.
pub const CHANGE_DEPENDENCIES_MAX: usize = 64;

/// Heads under one seal. A case with more is given out without one until the next change joins them.
pub const SEAL_HEADS_MAX: usize = 16;

/// Seals that a phone keeps of one case while a restored server lacks what is under them: one for
/// each restore from which it has not recovered yet, and then some.
pub const SEALS_KEPT_MAX: usize = 4;

/// Changes that go together under one seal, in bytes: with their frame they fill one request.
pub const SEALED_BYTES_MAX: usize = SYNC_BODY_BYTES_MAX - 256 * 1024;

/// Operations of one change: one for each character typed or removed, so this is room for replacing
/// the longest note by another, half as much again. A change of a hundred bytes can claim any number.
pub const CHANGE_OPERATIONS_MAX: u64 = 64 * 1024;

/// Operations of all changes in one push. A phone cuts its pushes at [`PUSH_BYTES_TARGET`] bytes or
/// operations, and one change may lie across the cut; taking in this many keeps a processor busy
/// for about 120 ms.
pub const PUSH_OPERATIONS_MAX: u64 = 512 * 1024;

/// Devices with their sessions that one change may name beside its own. Whoever clears a note names
/// each session in which a part of it was written.
pub const CHANGE_ACTORS_MAX: usize = 1_000;

/// The name of a field, in bytes: the longest that is used is an event's identifier, of 26.
pub const KEY_BYTES_MAX: u64 = 64;

/// The message of a change, in bytes. This program writes none; another client may say what it did.
pub const CHANGE_MESSAGE_BYTES_MAX: u64 = 256;

/// Operations of a whole case document: every contact's draft costs one for each character, so this
/// is over 150 contacts with long notes. The worst document of that size takes about 400 ms and
/// 75 MB to read.
pub const DOCUMENT_OPERATIONS_MAX: u64 = 500_000;

/// Changes of a whole case document: an autosave every few seconds for 150 hours of typing.
pub const DOCUMENT_CHANGES_MAX: u64 = 100_000;

/// Devices with their sessions that wrote to one document: one for each time that somebody opened
/// the app and wrote.
pub const DOCUMENT_ACTORS_MAX: usize = 20_000;

/// What the columns of a saved document may inflate to, in bytes. Notes deflate to a third, so this
/// is more than a document of [`DOCUMENT_BYTES_MAX`] needs.
pub const DOCUMENT_INFLATED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A saved case document, in bytes, when it is read: less than an answer holds, so that every case
/// that can be read can be sent. The design aims at 64 KiB for 60 contacts.
pub const DOCUMENT_BYTES_MAX: usize = 3 * 1024 * 1024;

/// A file of unsent work, in bytes: two months without a network. A phone with more makes several.
pub const CARRIED_FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Cases that a phone may ask for again, whole, in one request.
pub const AGAIN_CASES_MAX: usize = 100;

/// A note, in characters: ten closely written pages.
pub const NOTE_CHARACTERS_MAX: usize = 20_000;

/// One line of text (a name, a venue, a next step), in characters.
pub const LINE_CHARACTERS_MAX: usize = 200;

/// A paragraph (a reason, what matters to me), in characters.
pub const PARAGRAPH_CHARACTERS_MAX: usize = 2_000;

/// Minutes of one kind in one contact: a whole day.
pub const MINUTES_MAX: u16 = 24 * 60;

/// Entries in one list of an event (needs, services).
pub const LIST_ENTRIES_MAX: usize = 50;

/// How deep values of a case document nest. Events use three levels.
pub const DOCUMENT_DEPTH_MAX: usize = 8;

/// Characters of a passphrase. Guesses are slow and need the phone, so that three words are enough.
pub const PASSPHRASE_CHARACTERS_MIN: usize = 12;

/// Hours that a phone may be read without its service, unless the service says otherwise: a long
/// weekend.
pub const OFFLINE_HOURS: u16 = 72;

/// Notices that a phone keeps about work that was taken elsewhere.
pub const NOTICES_MAX: usize = 50;
