//! Why an entry is held back or not coded, in words for the phone and for the exceptions file.

use crate::{
    case::{Field, Role},
    ids::EventId,
};

/// Why a code waits until a person settles something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Accepted and declined both stand in one episode (rule 3).
    AnswersContested,
    /// Two corrections were made of one version.
    CorrectionsContested,
    /// Somebody else than a link worker recorded it (rule 2).
    AuthorRole(Role),
    /// The author is not on the team list in that role, or wrote on somebody else's phone.
    AuthorUnconfirmed,
    /// Something in the record cannot be read; it may be an answer or a retraction.
    Unreadable,
    /// No NHS number.
    NhsNumberMissing,
    /// Not a valid NHS number.
    NhsNumberInvalid,
    /// A test number in a live service.
    TestNumber,
    /// A real number in a demonstration.
    RealNumber,
    /// No family name or no date of birth: a GP system matches on both.
    IdentityIncomplete,
    /// Two values of a field of identity stand at once.
    IdentityContested(Vec<Field>),
    /// The practice is missing, or not one of this service.
    PracticeUnknown,
    /// The date is in the future.
    DateInFuture,
    /// The date is before the person was born.
    DateBeforeBirth,
    /// The date is before the referral.
    DateBeforeReferral,
    /// The person agreed to share nothing.
    ConsentWithheld,
    /// The same person may have another case.
    LikelyDuplicate,
    /// Another referral of this person was open at the same time, and both are answered (rule 1: once
    /// per episode of care).
    AnotherEpisodeOpen,
}

impl Hold {
    /// The reason, and what settles it.
    pub fn words(&self) -> String {
        let words = match self {
            Self::AnswersContested => {
                say!(
                    "Both “accepted” and “declined” are recorded for this referral. Withdraw the \
                     one that is wrong."
                )
            }
            Self::CorrectionsContested => {
                say!("Two corrections of this entry were made at once. Correct it again, once.")
            }
            Self::AuthorRole(role) => {
                return said!(
                    "Recorded by a {role}: only a link worker's own entry is coded. A link worker \
                     who had the conversation can record it.",
                    role = role.words().to_ascii_lowercase()
                );
            }
            Self::AuthorUnconfirmed => {
                say!(
                    "The author is not on the team list in this role. The service administrator \
                     can check the list."
                )
            }
            Self::Unreadable => {
                say!("Part of this record could not be read. Tell the service administrator.")
            }
            Self::NhsNumberMissing => say!("The NHS number is missing. Add it to the person."),
            Self::NhsNumberInvalid => {
                say!("The NHS number is not valid. Check it against a letter or with the practice.")
            }
            Self::TestNumber => {
                say!("The NHS number is one for testing (999 …). Enter the person's own number.")
            }
            Self::RealNumber => {
                say!("This is a demonstration, and the NHS number is not one for testing (999 …).")
            }
            Self::IdentityIncomplete => {
                say!("The family name or date of birth is missing. Add it to the person.")
            }
            Self::IdentityContested(fields) => {
                let fields: Vec<_> = fields.iter().map(|field| field.words()).collect();
                return said!(
                    "Two people wrote different values at once: {fields}. Choose the right one.",
                    fields = fields.join(", ")
                );
            }
            Self::PracticeUnknown => {
                say!(
                    "The practice is missing or not one of this service. Correct it on the person."
                )
            }
            Self::DateInFuture => say!("The date is in the future. Correct it."),
            Self::DateBeforeBirth => say!("The date is before the person was born. Correct it."),
            Self::DateBeforeReferral => {
                say!("The date is before the referral. Correct the date, or the referral's.")
            }
            Self::ConsentWithheld => {
                say!("The person agreed to share nothing with the practice. It stays here.")
            }
            Self::LikelyDuplicate => {
                say!(
                    "Another record looks like the same person. The lead link worker can compare \
                     them."
                )
            }
            Self::AnotherEpisodeOpen => {
                say!(
                    "Two referrals of this person were open at once, and both are answered. Withdraw \
                     one answer, or correct the dates."
                )
            }
        };
        words.to_owned()
    }

    /// A stable name for files and tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AnswersContested => "answers_contested",
            Self::CorrectionsContested => "corrections_contested",
            Self::AuthorRole(_) => "author_role",
            Self::AuthorUnconfirmed => "author_unconfirmed",
            Self::Unreadable => "unreadable",
            Self::NhsNumberMissing => "nhs_number_missing",
            Self::NhsNumberInvalid => "nhs_number_invalid",
            Self::TestNumber => "test_number",
            Self::RealNumber => "real_number",
            Self::IdentityIncomplete => "identity_incomplete",
            Self::IdentityContested(_) => "identity_contested",
            Self::PracticeUnknown => "practice_unknown",
            Self::DateInFuture => "date_in_future",
            Self::DateBeforeBirth => "date_before_birth",
            Self::DateBeforeReferral => "date_before_referral",
            Self::ConsentWithheld => "consent_withheld",
            Self::LikelyDuplicate => "likely_duplicate",
            Self::AnotherEpisodeOpen => "another_episode_open",
        }
    }
}

/// Why an entry is never coded. It is recorded all the same, as activity (rule 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// A contact: only the first answer of an episode is coded (rule 1).
    OngoingContact,
    /// Nobody answered, or the person did not come.
    NotSeen,
    /// A welfare call (rule 4).
    WelfareCall,
    /// Activity provided before the referral (rule 4).
    BeforeReferral,
    /// Mass booking or a brief call with no real conversation (rule 4).
    BriefCall,
    /// Collating lists of vulnerable patients (rule 4).
    ListCollation,
    /// Supporting volunteers or marshalling (rule 4).
    VolunteerSupport,
    /// Administrative tasks (rule 4).
    Administrative,
    /// Recorded by somebody who is not a link worker, beside a link worker's own entry (rule 2).
    NotALinkWorker,
    /// The same answer was recorded before, in the entry that is named (rule 1).
    Covered(EventId),
    /// The code is not one that this service allows (rule 6).
    CodeNotAllowed,
}

impl Exclusion {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OngoingContact => {
                say!("A contact is not coded. Only the first yes or no to a referral is, once.")
            }
            Self::NotSeen => say!("Nobody was spoken with, so nothing is coded."),
            Self::WelfareCall => say!("A welfare call is never coded."),
            Self::BeforeReferral => say!("What was done before the referral is never coded."),
            Self::BriefCall => {
                say!(
                    "A brief or booking call without a real conversation about support is never \
                     coded."
                )
            }
            Self::ListCollation => say!("Putting a list together is never coded."),
            Self::VolunteerSupport => say!("Supporting volunteers or marshalling is never coded."),
            Self::Administrative => {
                say!("Booking appointments and administration are never coded.")
            }
            Self::NotALinkWorker => {
                say!("Only a link worker's own entry is coded, and there is one for this referral.")
            }
            Self::Covered(_) => {
                say!("This answer is recorded already. It is coded once for each referral.")
            }
            Self::CodeNotAllowed => {
                say!("This code is not on the service's list of allowed codes.")
            }
        }
    }

    /// A stable name for files and tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::OngoingContact => "ongoing_contact",
            Self::NotSeen => "not_seen",
            Self::WelfareCall => "welfare_call",
            Self::BeforeReferral => "before_referral",
            Self::BriefCall => "brief_call",
            Self::ListCollation => "list_collation",
            Self::VolunteerSupport => "volunteer_support",
            Self::Administrative => "administrative",
            Self::NotALinkWorker => "not_a_link_worker",
            Self::Covered(_) => "covered",
            Self::CodeNotAllowed => "code_not_allowed",
        }
    }
}
