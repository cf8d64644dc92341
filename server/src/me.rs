//! `GET /api/me` and `GET /api/directory`: what a phone keeps beside its cases.

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};
use rusqlite::Transaction;
use shared::{
    cbor,
    policy::{Action, Subject, may},
    profile::{Practice, Profile, TeamMember},
    sync::carried::CarriedBy,
};

use crate::{
    app::App,
    body,
    error::Error,
    service,
    session::OpenPhone,
    store::{StoreError, column, log, numbers, people::SignedInDevice},
};

/// The routes of this room.
pub fn router() -> Router<App> {
    Router::new().route("/api/me", get(me)).route("/api/directory", get(directory))
}

async fn me(
    State(app): State<App>,
    OpenPhone(signed_in): OpenPhone,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let profile = app.store.read(move |tx| profile(tx, signed_in)).await?;
    Ok(body::cbor(&headers, cbor::encode(&profile)))
}

fn profile(tx: &Transaction<'_>, signed_in: SignedInDevice) -> Result<Profile, StoreError> {
    let sql = "SELECT service_name, demonstration, offline_hours FROM meta";
    let (service_name, demonstration, offline_hours) =
        tx.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut statement = tx.prepare("SELECT ods, name FROM practice ORDER BY ods")?;
    let practices = statement.query_map([], |row| Ok((column::practice(row, 0)?, row.get(1)?)))?;
    let practices = practices
        .filter_map(|row| match row {
            Ok((ods, name)) => ods.map(|ods| Ok(Practice { ods, name })),
            Err(error) => Some(Err(error)),
        })
        .collect::<Result<_, _>>()?;
    // People who left stay in it: their names stand under what they wrote.
    let mut statement = tx.prepare("SELECT id, name, role FROM user ORDER BY name, id")?;
    let team = statement.query_map([], |row| {
        let (user, role) = (column::user(row, 0)?, column::role(row, 2)?);
        Ok(TeamMember { user, name: row.get(1)?, role })
    })?;
    let by = CarriedBy { user: signed_in.actor.user, device: signed_in.device };
    // They are for those who may hear of a concern: a practice's staff have their own.
    let works_with_people = may(&signed_in.actor, Action::BeginCase, &Subject::Service);
    let numbers = if works_with_people { numbers::list(tx)? } else { Vec::new() };
    Ok(Profile {
        version: log::head(tx)?.profile_version,
        service_name,
        demonstration,
        user: signed_in.actor.user,
        device: signed_in.device,
        name: signed_in.name.clone(),
        role: signed_in.actor.role,
        practices,
        team: team.collect::<Result<_, _>>()?,
        codes: service::allowed_codes(tx)?,
        offline_hours: Some(offline_hours),
        carry_key: Some(log::seal_key(tx)?.carry_key(&by)),
        numbers: Some(numbers),
    })
}

async fn directory(
    State(app): State<App>,
    OpenPhone(signed_in): OpenPhone,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if !may(&signed_in.actor, Action::ReadDirectory, &Subject::Service) {
        return Err(Error::Forbidden);
    }
    let directory = app.store.read(crate::store::directory::load).await?;
    Ok(body::cbor(&headers, cbor::encode(&directory)))
}
