//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use jiff::civil::{Date, Time};
use shared::{case::Role, ids::DeviceId, ods::OdsCode};

use crate::pack::PublicKey;

/// Where the demonstration listens unless told otherwise. This machine only, since its sign-in
/// links are printed.
const DEMO_ADDRESS: &str = "127.0.0.1:8420";

/// Case notes for social prescribing link workers, with or without a network.
#[derive(Debug, Parser)]
#[command(name = "fingerpost", version, about)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an invented service on this machine, and print a sign-in link for each person
    Demo {
        /// Where to keep its data [default: fingerpost/demo among this account's data]
        #[arg(long)]
        data: Option<PathBuf>,
        /// Where to listen; this machine only
        #[arg(long, default_value = DEMO_ADDRESS)]
        listen: SocketAddr,
    },
    /// Serve
    Serve {
        /// The data directory
        #[arg(long)]
        data: PathBuf,
        /// Where to listen
        #[arg(long)]
        listen: SocketAddr,
        /// Where people reach it, such as https://example.org [default: the address it listens on]
        #[arg(long)]
        public_url: Option<String>,
        /// Hours that a phone shows what it keeps without having reached the server; what is not
        /// sent is kept for longer [default: as it was set before, at first 72]
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..=720))]
        offline_hours: Option<u16>,
        /// When each practice's next pack is closed by itself every day, in London's time, or never
        /// [default: as it was set before, at first 06:00]
        #[arg(long, value_parser = parse_cut_off)]
        cut_off: Option<CutOffAt>,
        /// The edition of SNOMED CT against which the codes were checked, such as 2026-10-28; packs
        /// name it
        #[arg(long)]
        snomed_edition: Option<Date>,
    },
    /// Close a practice's next pack and write it to a directory
    Pack {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The practice's ODS code, such as A81001
        #[arg(long, value_parser = OdsCode::parse)]
        practice: OdsCode,
        /// Where to write the pack
        #[arg(long)]
        out: PathBuf,
    },
    /// Take in a practice's answers to its packs: a receipt.csv that was filled in
    Receipt {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The practice's ODS code [default: that of the first row that is known]
        #[arg(long, value_parser = OdsCode::parse)]
        practice: Option<OdsCode>,
        /// The file
        file: PathBuf,
    },
    /// Say whether a pack is whole and whose it is; needs no data of a service
    VerifyPack {
        /// The pack
        file: PathBuf,
        /// The service's key, as `fingerpost pack-key` prints it [default: the one that the pack
        /// names]
        #[arg(long, value_parser = parse_key)]
        key: Option<PublicKey>,
    },
    /// Print the key by which anybody can tell this service's packs
    PackKey {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// The directory of services
    #[command(subcommand)]
    Services(Services),
    /// Referrals from practices
    #[command(subcommand)]
    Referrals(Referrals),
    /// Whom to phone about an urgent concern
    #[command(subcommand)]
    Numbers(Numbers),
    /// Rebuild everything from the change log and say what differs
    Verify {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Copy the data into one file, while the server serves
    Backup {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The file to write; it must not exist yet
        file: PathBuf,
    },
    /// Put a backup in the place of the data; what was there is moved aside
    Restore {
        /// The data directory. No server may be running on it
        #[arg(long)]
        data: PathBuf,
        /// The file that `fingerpost backup` wrote
        file: PathBuf,
    },
    /// Take in a file of work that a phone could not send
    TakeIn {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The file, such as fingerpost-unsent-2026-11-25.fpw
        file: PathBuf,
    },
    /// Take a phone off the service: it hands over what it had not sent, and removes everything
    RevokeDevice {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The name of whoever uses it
        #[arg(long)]
        user: String,
        /// Which of their phones, where they have several
        #[arg(long)]
        device: Option<DeviceId>,
    },
    /// Print a one-time sign-in link for somebody, adding them to the team if need be
    Invite {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// Their name
        #[arg(long)]
        user: String,
        /// Their role, to add them: link_worker, lead_link_worker, health_and_wellbeing_coach,
        /// care_coordinator, practice_staff or service_administrator
        #[arg(long, value_parser = parse_role)]
        role: Option<Role>,
        /// The practice's ODS code, to add practice staff
        #[arg(long, value_parser = OdsCode::parse)]
        practice: Option<OdsCode>,
        /// The practice's name, to add the practice
        #[arg(long, requires = "practice")]
        practice_name: Option<String>,
    },
}

/// The directory of services.
#[derive(Debug, Subcommand)]
pub enum Services {
    /// Take Open Referral UK 3.0 in: a list, a page or one service
    Import {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The JSON file
        file: PathBuf,
    },
}

/// Referrals from practices.
#[derive(Debug, Subcommand)]
pub enum Referrals {
    /// Take a practice's referrals in; refused lines are written out with their reasons
    Import {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The CSV file
        file: PathBuf,
        /// Where to write refused lines [default: beside the file]
        #[arg(long)]
        refused: Option<PathBuf>,
        /// The name of whoever carries the new people [default: the lead link worker]
        #[arg(long)]
        assign: Option<String>,
    },
}

/// Whom to phone about an urgent concern.
#[derive(Debug, Subcommand)]
pub enum Numbers {
    /// Put a file's numbers in the place of all that were there; if a line is refused, none
    Set {
        /// The data directory [default: the demonstration's]
        #[arg(long)]
        data: Option<PathBuf>,
        /// The CSV file, with the columns name, kind, phone, practice_ods and checked_on
        file: PathBuf,
    },
}

/// When packs are closed by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CutOffAt(pub Option<Time>);

fn parse_cut_off(text: &str) -> Result<CutOffAt, String> {
    match text {
        "never" => Ok(CutOffAt(None)),
        time => match time.parse() {
            Ok(time) => Ok(CutOffAt(Some(time))),
            Err(_) => Err("write a time such as 06:00, or never".into()),
        },
    }
}

fn parse_key(text: &str) -> Result<PublicKey, String> {
    PublicKey::parse(text).ok_or_else(|| "a key is 64 hexadecimal digits".into())
}

fn parse_role(text: &str) -> Result<Role, String> {
    match Role::named(&text.replace('-', "_")) {
        Some(Role::Service) | None => Err("there is no such role; see --help".into()),
        Some(role) => Ok(role),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn nobody_signs_in_as_the_service_itself() {
        assert!(parse_role("service").is_err());
        assert_eq!(parse_role("link-worker"), Ok(Role::LinkWorker));
    }
}
