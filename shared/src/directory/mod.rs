//! The directory of services: what a link worker can signpost to, held on the phone.

mod cost;
mod index;
pub mod open_referral;
mod rules;
mod suggested;

pub use cost::Cost;
pub use index::Index;
use jiff::{Timestamp, civil::Date};
use minicbor::{Decode, Encode};

use crate::cbor;

/// All services, as they are sent to phones.
#[derive(Debug, Clone, Default, PartialEq, Encode)]
pub struct Directory {
    /// Rises with every change.
    #[n(0)]
    pub version: u64,
    /// The services, by name.
    #[n(1)]
    pub services: Vec<Service>,
}

crate::decoded!(Directory { version, services });

/// One service. Fields that the feed leaves out are empty.
#[derive(Debug, Clone, Default, PartialEq, Encode)]
pub struct Service {
    /// The identifier in the feed: a UUID.
    #[n(0)]
    pub id: String,
    /// What it is called.
    #[n(1)]
    pub name: String,
    /// What it does, for whom.
    #[n(2)]
    pub description: String,
    /// Who runs it.
    #[n(3)]
    pub organisation: String,
    /// Its page.
    #[n(4)]
    pub url: String,
    /// Where to write to.
    #[n(5)]
    pub email: String,
    /// Where to ring.
    #[n(6)]
    pub phone: String,
    /// Where it is, in one line, without the postcode; further places follow with theirs.
    #[n(7)]
    pub address: String,
    /// Its postcode.
    #[n(8)]
    pub postcode: String,
    /// What it costs.
    #[n(9)]
    pub fees: String,
    /// Something that a person should know before going.
    #[n(10)]
    pub alert: String,
    /// From this age, in years.
    #[n(11)]
    pub minimum_age: Option<u16>,
    /// To this age, in years.
    #[n(12)]
    pub maximum_age: Option<u16>,
    /// Whether it runs.
    #[n(13)]
    pub status: ServiceStatus,
    /// When somebody last made sure that this entry is right.
    #[n(14)]
    #[cbor(with = "cbor::json")]
    pub assured_on: Option<Date>,
    /// What it is filed under in the feed.
    #[n(15)]
    pub keywords: Vec<String>,
    /// Who can go. Records from before this field lack it.
    #[n(16)]
    #[cbor(default)]
    pub eligibility: String,
    /// When the publisher last changed the entry.
    #[n(17)]
    #[cbor(default, with = "cbor::json")]
    pub last_modified: Option<Timestamp>,
}

crate::decoded!(Service {
    id,
    name,
    description,
    organisation,
    url,
    email,
    phone,
    address,
    postcode,
    fees,
    alert,
    minimum_age: later,
    maximum_age: later,
    status,
    assured_on: json,
    keywords,
    eligibility: later,
    last_modified: later json,
});

/// Whether a service runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum ServiceStatus {
    /// It runs.
    #[n(0)]
    #[default]
    Active,
    /// It does not run now.
    #[n(1)]
    Inactive,
    /// It is over.
    #[n(2)]
    Defunct,
    /// It is closed for a time.
    #[n(3)]
    TemporarilyClosed,
}

impl ServiceStatus {
    /// What a person reads when the service does not run.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::Inactive => Some(say!("Not running at present")),
            Self::Defunct => Some(say!("No longer exists")),
            Self::TemporarilyClosed => Some(say!("Closed for a time")),
        }
    }
}

impl Directory {
    /// The service with this identifier.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, description: &str) -> Service {
        let (name, description) = (name.to_owned(), description.to_owned());
        Service { name, description, ..Service::default() }
    }

    #[test]
    fn a_record_from_before_a_field_was_added_is_still_read() {
        let (eligibility, last_modified) = ("Over 60s".into(), Some(Timestamp::UNIX_EPOCH));
        let service = Service { eligibility, last_modified, ..service("Walks", "") };
        let record = cbor::encode(&service);
        assert_eq!(cbor::decode::<Service>(&record), Ok(service.clone()));
        // The fields are an array by number: the first 16 are what earlier versions wrote.
        let mut decoder = minicbor::Decoder::new(&record);
        assert_eq!(decoder.array().unwrap(), Some(18));
        let first = decoder.position();
        for _ in 0..16 {
            decoder.skip().unwrap();
        }
        let mut earlier = vec![0x90];
        earlier.extend_from_slice(&record[first..decoder.position()]);
        let read: Service = cbor::decode(&earlier).unwrap();
        let eligibility = String::new();
        assert_eq!(read, Service { eligibility, last_modified: None, ..service });
    }
}
