//! Signing in, and what other sites and used-up links cannot do.

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{COOKIE, LOCATION, SET_COOKIE},
    },
};
use shared::{case::Role, cbor, ods::OdsCode, profile::Profile};

use super::Server;
use crate::{
    clock, random,
    store::people::{self, NewUser},
};

#[tokio::test]
async fn a_link_signs_in_once_and_looking_at_it_does_not_use_it_up() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let link = server.invite(user).await;
    for _ in 0..2 {
        let page = server.get(&link, "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(String::from_utf8_lossy(&page.body).contains("<form method=\"post\">"));
    }
    let accept = || Request::post(&link).body(Body::empty()).unwrap();
    let first = server.send(accept()).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert_eq!(first.headers[LOCATION], "/");
    let cookie = first.headers[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let second = server.send(accept()).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(!second.headers.contains_key(SET_COOKIE));
    let page = server.get(&link, "").await;
    assert!(!String::from_utf8_lossy(&page.body).contains("<form"));
}

#[tokio::test]
async fn a_link_that_is_out_of_date_or_invented_signs_nobody_in() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let old = server.write(move |tx| people::invite(tx, user, clock::now_ms() - 2_000, 1_000));
    let old = old.await;
    for token in [old.reveal(), &"0".repeat(64), "short"] {
        let link = format!("/join/{token}");
        let answer = server.send(Request::post(link).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn practice_staff_land_on_their_practices_page() {
    let server = Server::new();
    let user = server
        .write(|tx| {
            let practice = OdsCode::parse("A81001").unwrap();
            people::put_practice(tx, &practice, "Hill Street Surgery")?;
            let new = NewUser {
                name: "Priya".into(),
                role: Role::PracticeStaff,
                practice: Some(practice),
                gp_username: None,
            };
            people::add_user(tx, &new)
        })
        .await;
    let link = server.invite(user).await;
    let answer = server.send(Request::post(link).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.headers[LOCATION], "/practice/A81001");
}

#[tokio::test]
async fn another_site_can_neither_sign_in_nor_out_nor_sync() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let cookie = server.sign_in(user).await;
    let link = server.invite(user).await;
    for path in [link.as_str(), "/sign-out", "/api/sync"] {
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.test")]
        {
            let request = Request::post(path).header(COOKIE, &cookie).header(name, value);
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} with {name}");
        }
    }
    assert_eq!(server.get("/api/me", &cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_with_sign_out_and_a_device_that_was_taken_off_is_told_so() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let status = async |cookie: &str| server.get("/api/me", cookie).await.status;

    let cookie = server.sign_in(user).await;
    let request = Request::post("/sign-out").header(COOKIE, &cookie);
    server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(status(&cookie).await, StatusCode::UNAUTHORIZED);

    let cookie = server.sign_in(user).await;
    assert_eq!(status(&cookie).await, StatusCode::OK);
    let token = cookie.split_once('=').unwrap().1.to_owned();
    server
        .write(move |tx| {
            let device = people::signed_in(tx, &token, clock::now_ms())?.unwrap().device;
            people::revoke_device(tx, device, clock::now_ms())
        })
        .await;
    assert_eq!(status(&cookie).await, StatusCode::GONE);

    let cookie = server.sign_in(user).await;
    server.write(|tx| Ok(tx.execute("UPDATE user SET active = 0", [])?)).await;
    assert_eq!(status(&cookie).await, StatusCode::GONE);
}

#[tokio::test]
async fn a_phone_that_has_shown_its_secret_reads_nothing_without_it() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let cookie = server.sign_in(user).await;
    let me = server.get("/api/me", &cookie).await;
    let device = cbor::decode::<Profile>(&me.body).unwrap().device.to_string();
    let ask = async |cookie: &str, path: &str, headers: &[(&str, &str)]| {
        let request = if path == "/api/sync" { Request::post(path) } else { Request::get(path) };
        let request = request.header(COOKIE, cookie);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        server.send(request.body(Body::empty()).unwrap()).await.status
    };
    let (secret, other) = ("5a".repeat(32), "a5".repeat(32));
    let shown = [("fingerpost-secret", secret.as_str())];
    let named = [("fingerpost-device", device.as_str()), shown[0]];

    // Whoever only asks who is signed in may have the vault of somebody else.
    assert_eq!(ask(&cookie, "/api/me", &shown).await, StatusCode::OK);
    assert_eq!(ask(&cookie, "/api/me", &[]).await, StatusCode::OK);
    // An empty body is no request for a sync, but the phone that sends it is known.
    assert_eq!(ask(&cookie, "/api/sync", &named).await, StatusCode::BAD_REQUEST);
    for path in ["/api/me", "/api/directory", "/api/sync"] {
        for headers in [&[][..], &named[..1], &[("fingerpost-secret", other.as_str())]] {
            let status = ask(&cookie, path, headers).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} with {headers:?}");
        }
    }
    assert_eq!(ask(&cookie, "/api/me", &shown).await, StatusCode::OK);
    assert_eq!(ask(&cookie, "/api/me", &named).await, StatusCode::OK);

    // Signed in anew on the same phone, the same vault shows the same secret.
    let anew = server.sign_in(user).await;
    assert_eq!(ask(&anew, "/api/me", &shown).await, StatusCode::OK);
    server.store.close();
    let bytes = std::fs::read(crate::store::Store::file(server.directory())).unwrap();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
}

#[tokio::test]
async fn the_database_holds_no_token_that_could_be_used() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let link = server.invite(user).await;
    let cookie = server.sign_in(user).await;
    server.store.close();
    let bytes = std::fs::read(crate::store::Store::file(server.directory())).unwrap();
    for token in [link.rsplit('/').next().unwrap(), cookie.split_once('=').unwrap().1] {
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
    }
    // A second draw is another one.
    assert_ne!(random::bytes::<16>(), random::bytes::<16>());
}
