//! Carries out what the command line asked for; the only file that prints to standard output.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use shared::{
    case::Role,
    ids::{DeviceId, UserId},
    limits,
    ods::OdsCode,
};

use crate::{
    backup,
    cli::{Arguments, Command, CutOffAt, Numbers, Referrals, Services},
    clock, demo, import,
    named_file::read_bounded,
    pack, projector, receipt, serve, service,
    store::{
        Store, StoreError,
        people::{self, NewUser},
        receipts::{Source, Way},
    },
    take_in, verify,
};

/// How long a link of the demonstration stands, in milliseconds: a day. Each start prints others.
const DEMO_INVITE_LIFE_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long an invitation stands, in milliseconds: a week, for somebody who works part-time.
const INVITE_LIFE_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Why a command came to nothing: words for the person at the keyboard.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let serves = matches!(arguments.command, Command::Demo { .. } | Command::Serve { .. });
    serve::log_to_stderr(serves);
    match carry_out(arguments.command) {
        Ok(code) => code,
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo { data, listen } => demonstrate(data, listen)?,
        Command::Serve { data, listen, public_url, offline_hours, cut_off, snomed_edition } => {
            let store = Store::open(&data)?;
            if let Some(hours) = offline_hours {
                store.write_now(move |tx| service::set_offline_hours(tx, hours))?;
            }
            if let Some(CutOffAt(at)) = cut_off {
                store.write_now(move |tx| service::set_cut_off(tx, at))?;
            }
            if let Some(date) = snomed_edition {
                store.write_now(move |tx| service::set_snomed_edition(tx, date))?;
            }
            serve::serve(&store, listen, public_url, |_, address| {
                say(&format!("Fingerpost is listening on http://{address}"));
                Ok(())
            })?;
        }
        Command::Pack { data, practice, out } => {
            pack::close(&open_existing(data)?, &practice, &out, &mut say)?;
        }
        Command::Receipt { data, practice, file } => {
            take_receipt(&open_existing(data)?, practice, &file)?;
        }
        Command::VerifyPack { file, key } => {
            let bytes = read_bounded(&file, pack::PACK_BYTES_MAX)?;
            say(&pack::check(&bytes, key)?.summary(key.is_some()));
        }
        Command::PackKey { data } => {
            let key = open_existing(data)?.read_now(pack::PackKey::load)?;
            say(&key.public().to_string());
        }
        Command::Services(Services::Import { data, file }) => {
            import::services(&open_existing(data)?, &file, &mut say)?;
        }
        Command::Referrals(Referrals::Import { data, file, refused, assign }) => {
            let file = import::ReferralFile {
                file: &file,
                refused: refused.as_deref(),
                assign: assign.as_deref(),
            };
            import::referrals(&open_existing(data)?, file, &mut say)?;
        }
        Command::Numbers(Numbers::Set { data, file }) => {
            import::set_numbers(&open_existing(data)?, &file, &mut say)?;
        }
        Command::Verify { data } => return verified(data),
        Command::Backup { data, file } => {
            say(&backup::backup(&data_or_demo(data)?, &file)?.summary());
        }
        Command::Restore { data, file } => {
            say(&backup::restore(&file, &data, clock::now())?.summary());
        }
        Command::TakeIn { data, file } => take_in(&open_existing(data)?, &file)?,
        Command::RevokeDevice { data, user, device } => {
            say(&revoke(&open_existing(data)?, &user, device)?);
        }
        Command::Invite { data, user, role, practice, practice_name } => {
            // The first invitation is what founds a service.
            let store = Store::open(&data_or_demo(data)?)?;
            say(&invite(&store, user, role, practice, practice_name)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A mistyped directory is an error, not a new and empty service.
fn open_existing(data: Option<PathBuf>) -> Result<Store, Failure> {
    let data = data_or_demo(data)?;
    if !Store::exists(&data) {
        return Err(format!("There is no Fingerpost data in {}.", data.display()).into());
    }
    Ok(Store::open(&data)?)
}

fn demonstrate(data: Option<PathBuf>, listen: SocketAddr) -> Result<(), Failure> {
    if !listen.ip().is_loopback() {
        return Err("The demonstration prints its sign-in links, so it listens on this machine \
                    only: use 127.0.0.1, or `fingerpost serve`."
            .into());
    }
    let data = data_or_demo(data)?;
    let store = Store::open(&data)?;
    demo::seed(&store)?;
    serve::serve(&store, listen, None, |store, address| {
        say(&format!("Fingerpost is listening on http://{address}"));
        say("");
        say("An invented service. Each link signs in once, on the browser that opens it:");
        for (user, name, role) in store.read_now(people::team)? {
            let token = store.write_now(move |tx| {
                people::invite(tx, user, clock::now_ms(), DEMO_INVITE_LIFE_MS)
            })?;
            let (words, token) = (role.words(), token.reveal());
            say(&format!("  {name:<18} {words:<31} http://{address}/join/{token}"));
        }
        say("");
        say(&format!("Its data is in {}. Stop with Ctrl-C.", data.display()));
        Ok(())
    })
}

/// The directory that was named, or the demonstration's among this account's data.
fn data_or_demo(data: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(data) = data {
        return Ok(data);
    }
    let named = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let base = named("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| named("HOME").map(|home| Path::new(&home).join(".local/share")))
        .or_else(|| named("LOCALAPPDATA").map(PathBuf::from))
        .ok_or("There is no home directory: say where to keep the data with --data.")?;
    Ok(base.join("fingerpost").join("demo"))
}

fn verified(data: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let report = verify::verify(&open_existing(data)?)?;
    for difference in &report.differences {
        say(difference);
    }
    say(&report.summary());
    Ok(if report.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn take_in(store: &Store, file: &Path) -> Result<(), Failure> {
    let bytes = read_bounded(file, limits::CARRIED_FILE_BYTES_MAX)?;
    let report = take_in::take_in(store, &bytes)?;
    report.cases.iter().for_each(|case| say(&case.line()));
    say(&report.summary());
    projector::catch_up(store)?;
    Ok(())
}

fn take_receipt(store: &Store, practice: Option<OdsCode>, file: &Path) -> Result<(), Failure> {
    let bytes = read_bounded(file, receipt::FILE_BYTES_MAX)?;
    let source = Source { way: Way::Command, by: None, at: clock::now_ms() };
    let report = receipt::take_in(store, practice, &bytes, source)?;
    for (line, words) in &report.lines {
        say(&format!("Line {line}: {words}"));
    }
    say(&report.summary());
    Ok(())
}

fn revoke(store: &Store, name: &str, device: Option<DeviceId>) -> Result<String, Failure> {
    let found = store.read_now(|tx| people::users_named(tx, name))?;
    let [user] = found[..] else {
        return Err(format!("There is not exactly one person named {name}.").into());
    };
    let devices = store.read_now(|tx| people::devices_of(tx, user))?;
    let chosen = match (device, &devices[..]) {
        (_, []) => return Err(format!("{name} has no phone that is signed in.").into()),
        (None, [(only, _)]) => *only,
        (Some(device), _) if devices.iter().any(|(one, _)| *one == device) => device,
        (Some(_), _) => return Err(format!("That is no phone of {name}.").into()),
        (None, several) => {
            let line = |(device, at_ms): &(DeviceId, i64)| {
                let at = jiff::Timestamp::from_millisecond(*at_ms).unwrap_or_default();
                format!("\n  {device}  signed in on {}", clock::london().to_datetime(at).date())
            };
            let lines: String = several.iter().map(line).collect();
            return Err(format!("{name} has several: name one with --device.{lines}").into());
        }
    };
    store.write_now(move |tx| people::revoke_device(tx, chosen, clock::now_ms()))?;
    Ok(format!("{chosen} is off the service. It removes everything as soon as it hears of it."))
}

fn invite(
    store: &Store,
    name: String,
    role: Option<Role>,
    practice: Option<OdsCode>,
    practice_name: Option<String>,
) -> Result<String, Failure> {
    if role == Some(Role::PracticeStaff) && practice.is_none() {
        return Err("Practice staff work for a practice: add --practice and its ODS code.".into());
    }
    let named = name.clone();
    let found = store.read_now(|tx| people::users_named(tx, &named))?;
    let known = match (found.as_slice(), role) {
        ([], None) => {
            return Err(format!("There is nobody named {name}. Add them with --role.").into());
        }
        ([], Some(_)) => None,
        ([one], _) => Some(*one),
        _ => return Err(format!("Several people are named {name}: rename one first.").into()),
    };
    let (token, public_url) = store.write_now(move |tx| {
        if let (Some(ods), Some(name)) = (&practice, practice_name) {
            people::put_practice(tx, ods, &name)?;
        }
        let user: UserId = match (known, role) {
            (Some(user), _) => user,
            (None, role) => {
                let role = role.expect("it was asked for above, where nobody has the name");
                people::add_user(tx, &NewUser { name, role, practice, gp_username: None })?
            }
        };
        let token = people::invite(tx, user, clock::now_ms(), INVITE_LIFE_MS)?;
        let public_url: String =
            tx.query_row("SELECT public_url FROM meta", [], |row| row.get(0))?;
        Ok::<_, StoreError>((token, public_url))
    })?;
    Ok(format!("{public_url}/join/{}", token.reveal()))
}

#[expect(clippy::print_stdout, reason = "this is the command line's output")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "this is the command line's complaint")]
fn complain(line: &str) {
    eprintln!("fingerpost: {line}");
}
