//! What each row of a worklist is in FHIR.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};
use shared::{
    case::{Role, event::ContactMode},
    nhs_number::NhsNumber,
};
use uuid::Uuid;

use super::{URI, id, urn};
use crate::{
    pack::about::About,
    store::{
        asks::{Action, Ask},
        ledger::hex,
        worklist::{PersonLine, WorklistRow},
    },
};

const UK_CORE: &str = "https://fhir.hl7.org.uk";
const STRUCTURE: &str = "https://fhir.hl7.org.uk/StructureDefinition";
const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
const SNOMED: &str = "http://snomed.info/sct";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const DATA_OPERATION: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
/// The person declined: a situation, which is observed and not done.
const DECLINED: &str = "871711000000103";

/// Makes the resources of one pack.
pub struct Resources<'a> {
    /// The pack.
    pub about: &'a About<'a>,
    /// Who the person of each case is now.
    pub people: BTreeMap<&'a [u8], Identity<'a>>,
}

/// What GP systems match a person on: who they are, and their sex.
pub type Identity<'a> = (&'a PersonLine, &'a str);

/// Who the person of a row is.
pub fn identity(row: &WorklistRow) -> Identity<'_> {
    (&row.person, &row.sex)
}

impl Resources<'_> {
    fn practice_id(&self) -> Uuid {
        id("Organization", self.about.practice.as_str())
    }

    fn service_id(&self) -> Uuid {
        id("Organization", &self.about.facts.name)
    }

    /// The practice.
    pub fn practice(&self) -> Value {
        let mut practice = resource("Organization", self.practice_id());
        practice["identifier"] = json!([{ "system": ODS, "value": self.about.practice.as_str() }]);
        practice["name"] = text(self.about.practice_name());
        practice
    }

    /// The service, which has no national number that is known here.
    pub fn service(&self) -> Value {
        let mut service = resource("Organization", self.service_id());
        service["name"] = text(&self.about.facts.name);
        service
    }

    /// Names the author of a row.
    pub fn author_id(&self, row: &WorklistRow) -> Uuid {
        id("Practitioner", &row.author.to_string())
    }

    /// The author. Link workers have no national number: the one identifier is the user name under
    /// which the practice's own system knows them.
    pub fn author(&self, row: &WorklistRow) -> Value {
        let mut author = resource("Practitioner", self.author_id(row));
        if let Some((name, username)) = self.about.facts.names.get(&row.author) {
            author["name"] = json!([{ "text": text(name) }]);
            if let Some(username) = username.as_deref().filter(|name| !name.trim().is_empty()) {
                author["identifier"] = json!([{
                    "type": { "text": "User name in the practice's system" },
                    "value": text(username),
                    "assigner": reference(self.practice_id()),
                }]);
            }
        }
        author
    }

    /// Names the author of a row in the role in which they wrote it.
    pub fn role_id(&self, row: &WorklistRow) -> Uuid {
        id("PractitionerRole", &format!("{}|{}", row.author, row.author_role))
    }

    /// The author in that role.
    pub fn role(&self, row: &WorklistRow) -> Value {
        let words =
            Role::named(&row.author_role).map_or(row.author_role.as_str(), |role| role.words());
        let mut role = resource("PractitionerRole", self.role_id(row));
        role["practitioner"] = reference(self.author_id(row));
        role["organization"] = reference(self.service_id());
        role["code"] = json!([{ "text": text(words) }]);
        role
    }

    /// Names the person. It is made of the case, whose own name stays with the service; and of how the
    /// row reads as well, where that is not who the person is now: another patient, it may be.
    pub fn patient_id(&self, row: &WorklistRow) -> Uuid {
        let case = hex(&row.case);
        let (person, sex) = identity(row);
        if self.people.get(row.case.as_slice()).is_none_or(|now| *now == (person, sex)) {
            return id("Patient", &case);
        }
        let PersonLine { nhs_number, family_name, given_names, birth_date } = person;
        let reading = [&case, nhs_number, family_name, given_names, birth_date, sex];
        id("Patient", &reading.join("|"))
    }

    /// The person, with what GP systems match on.
    pub fn patient(&self, row: &WorklistRow) -> Value {
        let mut patient = resource("Patient", self.patient_id(row));
        if let Ok(number) = NhsNumber::parse(&row.person.nhs_number) {
            patient["identifier"] = json!([{
                "extension": [not_traced()],
                "system": NHS_NUMBER,
                "value": number.digits(),
            }]);
        }
        let mut name = Map::from_iter([("use".to_owned(), json!("official"))]);
        if !row.person.family_name.trim().is_empty() {
            name.insert("family".to_owned(), text(&row.person.family_name));
        }
        let given: Vec<Value> = row.person.given_names.split_whitespace().map(text).collect();
        if !given.is_empty() {
            name.insert("given".to_owned(), given.into());
        }
        patient["name"] = json!([name]);
        if let Some(gender) = gender(&row.sex) {
            patient["gender"] = gender.into();
        }
        if let Some(date) = date(&row.person.birth_date) {
            patient["birthDate"] = date;
        }
        patient["generalPractitioner"] = json!([reference(self.practice_id())]);
        patient["managingOrganization"] = reference(self.service_id());
        patient
    }

    /// The contact in which the answer was given, where the record says how they met. One for an
    /// entry that is taken back would say that it took place after all.
    pub fn encounter(&self, ask: &Ask) -> Option<Value> {
        let row = &ask.row;
        let mode = ContactMode::ALL.into_iter().find(|mode| mode.words() == row.contact_type);
        let mode = mode.filter(|_| ask.action != Action::Retract)?;
        let (class, display) = match mode {
            ContactMode::FaceToFace | ContactMode::Group => ("AMB", "ambulatory"),
            ContactMode::Telephone | ContactMode::Video => ("VR", "virtual"),
            ContactMode::HomeVisit => ("HH", "home health"),
        };
        let mut encounter = resource("Encounter", id("Encounter", &row.row_id));
        encounter["status"] = "finished".into();
        encounter["class"] = json!({ "system": ACT_CODE, "code": class, "display": display });
        encounter["type"] = json!([{ "text": mode.words() }]);
        encounter["subject"] = reference(self.patient_id(row));
        encounter["participant"] = json!([{ "individual": reference(self.role_id(row)) }]);
        encounter["serviceProvider"] = reference(self.service_id());
        if let Some(date) = date(&row.event_date) {
            encounter["period"] = json!({ "start": date, "end": date });
        }
        Some(encounter)
    }

    /// The coded entry. An onward referral is a procedure as well, and no request: the record is
    /// to say that it was made, and a request would ask whoever reads it to make it once more.
    pub fn entry(&self, ask: &Ask, has_encounter: bool) -> Value {
        let row = &ask.row;
        let declined = row.snomed_code == DECLINED;
        let kind = if declined { "Observation" } else { "Procedure" };
        let mut coded = resource(kind, entry_id(row));
        coded["identifier"] = json!([uuid_identifier(&row.row_id)]);
        coded["status"] = match (ask.action, declined) {
            (Action::Retract, _) => "entered-in-error",
            (Action::Amend, true) => "amended",
            (_, true) => "final",
            (_, false) => "completed",
        }
        .into();
        coded["code"] = json!({ "coding": [{
            "system": SNOMED,
            "code": row.snomed_code,
            "display": text(&row.snomed_term),
        }]});
        coded["subject"] = reference(self.patient_id(row));
        let author = reference(self.role_id(row));
        let (performed, performer) = match declined {
            true => ("effectiveDateTime", author),
            false => ("performedDateTime", json!({ "actor": author })),
        };
        coded["performer"] = json!([performer]);
        if let Some(date) = date(&row.event_date) {
            coded[performed] = date;
        }
        if has_encounter {
            coded["encounter"] = reference(id("Encounter", &row.row_id));
        }
        if row.hide_online {
            // How GP systems mark what patients' online access leaves out.
            let display = "no disclosure to patient, family or caregivers without attending \
                           provider's authorization";
            coded["meta"]["security"] =
                json!([{ "system": ACT_CODE, "code": "NOPAT", "display": display }]);
        }
        coded
    }

    /// Who recorded the entry and when, and in which pack it came.
    pub fn provenance(&self, ask: &Ask) -> Value {
        let row = &ask.row;
        let (operation, display) = match ask.action {
            Action::Amend => ("UPDATE", "revise"),
            Action::Retract => ("NULLIFY", "nullify"),
            Action::New | Action::Reminder => ("CREATE", "create"),
        };
        let recorded = [row.recorded_at.as_str(), self.about.cut_off];
        let recorded = recorded.iter().find(|at| at.parse::<Timestamp>().is_ok());
        // It differs from pack to pack, unlike what it is about.
        let own = id("Provenance", &format!("{}|{}", row.row_id, self.about.pack_id));
        let mut provenance = resource("Provenance", own);
        provenance["target"] = json!([reference(entry_id(row))]);
        provenance["recorded"] = json!(recorded);
        provenance["activity"] = json!({ "coding": [{
            "system": DATA_OPERATION, "code": operation, "display": display,
        }]});
        provenance["agent"] = json!([{
            "who": reference(self.role_id(row)),
            "onBehalfOf": reference(self.service_id()),
        }]);
        let mut entities = vec![json!({
            "role": "source",
            "what": { "identifier": uuid_identifier(self.about.pack_id) },
        })];
        if !ask.replaces_row_id.is_empty() {
            entities.push(json!({
                "role": "revision",
                "what": { "identifier": uuid_identifier(&ask.replaces_row_id) },
            }));
        }
        provenance["entity"] = entities.into();
        provenance
    }
}

/// Names the coded entry of a row.
fn entry_id(row: &WorklistRow) -> Uuid {
    id("entry", &row.row_id)
}

fn resource(kind: &str, id: Uuid) -> Value {
    let profile = format!("{STRUCTURE}/UKCore-{kind}");
    json!({ "resourceType": kind, "id": id.to_string(), "meta": { "profile": [profile] } })
}

fn reference(to: Uuid) -> Value {
    json!({ "reference": urn(to) })
}

fn uuid_identifier(uuid: &str) -> Value {
    json!({ "system": URI, "value": format!("urn:uuid:{uuid}") })
}

/// The service does not trace numbers with the Personal Demographics Service.
fn not_traced() -> Value {
    json!({
        "url": format!("{STRUCTURE}/Extension-UKCore-NHSNumberVerificationStatus"),
        "valueCodeableConcept": { "coding": [{
            "system": format!("{UK_CORE}/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"),
            "code": "02",
            "display": "Number present but not traced",
        }]},
    })
}

/// What FHIR takes for a string: some text, and of spaces only the plain one.
fn text(words: &str) -> Value {
    let plain: String = words
        .chars()
        .filter(|one| one.is_whitespace() || !one.is_control())
        .map(|one| if one.is_whitespace() { ' ' } else { one })
        .collect();
    match plain.trim() {
        "" => "-".into(),
        words => words.into(),
    }
}

fn date(text: &str) -> Option<Value> {
    let date: Date = text.parse().ok()?;
    (date.year() > 0).then(|| date.to_string().into())
}

/// The administrative gender of FHIR, where the record has one that is known there.
fn gender(sex: &str) -> Option<&'static str> {
    match sex.trim().to_lowercase().as_str() {
        "male" | "m" => Some("male"),
        "female" | "f" => Some("female"),
        "other" | "indeterminate" => Some("other"),
        "unknown" | "not known" => Some("unknown"),
        _ => None,
    }
}
