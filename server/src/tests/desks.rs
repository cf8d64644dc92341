//! The practice's and the lead's pages over the invented service: who sees what, and balance.

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, LOCATION},
    },
};
use shared::{case::Role, ids::UserId, ods::OdsCode};

use super::{Answer, Server};
use crate::{
    demo, projector,
    store::{
        people,
        worklist::{self, PersonLine, WorklistRow},
    },
};

async fn invented() -> Server {
    let server = Server::new();
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || demo::seed(&store).unwrap()).await.unwrap();
    server
}

/// Signs in somebody of the team by their name.
async fn as_person(server: &Server, name: &'static str) -> String {
    let users: Vec<UserId> =
        server.store.read(move |tx| people::users_named(tx, name)).await.unwrap();
    server.sign_in(users[0]).await
}

async fn post(server: &Server, path: &str, cookie: &str) -> Answer {
    let request = Request::post(path).header(COOKIE, cookie);
    server.send(request.body(Body::empty()).unwrap()).await
}

async fn ready(server: &Server, ods: &'static str) -> Vec<WorklistRow> {
    let practice = OdsCode::parse(ods).unwrap();
    let ready = server.store.read(move |tx| worklist::ready(tx, &practice)).await.unwrap();
    ready.into_iter().map(|ready| ready.row).collect()
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

fn number_of(person: &PersonLine) -> String {
    let digits = &person.nhs_number;
    format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..])
}

#[tokio::test]
async fn a_practice_sees_its_own_people_and_nobody_else() {
    let server = invented().await;
    let cookie = as_person(&server, "Helen Okonkwo").await;
    let own = ready(&server, "A99001").await;
    post(&server, "/practice/A99001/packs", &cookie).await;
    let answer = server.get("/practice/A99001", &cookie).await;
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
    let page = text(&answer);
    for row in own {
        assert!(page.contains(&number_of(&row.person)), "{row:?}");
    }
    let others = ready(&server, "A99002").await;
    assert!(!others.is_empty());
    for row in others {
        assert!(!page.contains(&number_of(&row.person)), "{row:?}");
    }
    for path in ["/practice/A99002", "/practice/X1", "/practice/A99002/packs/1.zip", "/team"] {
        assert_eq!(server.get(path, &cookie).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let closed = post(&server, "/practice/A99002/packs", &cookie).await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);
    assert_eq!(server.count("pack").await, 1);
}

#[tokio::test]
async fn nobody_but_its_staff_reads_a_practices_page_and_nobody_but_the_lead_the_teams() {
    let server = invented().await;
    let table = [
        ("Bronwen Adeyemi", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ("Marcus Lindqvist", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ("Gwen Pritchard", StatusCode::NOT_FOUND, StatusCode::OK),
        ("Helen Okonkwo", StatusCode::OK, StatusCode::NOT_FOUND),
        ("Daniel Reyes", StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
    ];
    for (name, practice, team) in table {
        let cookie = as_person(&server, name).await;
        assert_eq!(server.get("/practice/A99001", &cookie).await.status, practice, "{name}");
        for path in ["/team", "/reports", "/reports/activity", "/reports/activity.csv"] {
            assert_eq!(server.get(path, &cookie).await.status, team, "{name} {path}");
        }
    }
    for path in ["/practice/A99001", "/team", "/reports", "/reports/activity.csv"] {
        assert_eq!(server.get(path, "").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn closing_a_pack_twice_makes_one_and_it_downloads_the_same_for_ever() {
    let server = invented().await;
    let cookie = as_person(&server, "Helen Okonkwo").await;
    let to_do = ready(&server, "A99001").await.len();
    let before = text(&server.get("/practice/A99001", &cookie).await);
    assert!(
        before.contains("0 entries: 0 filed, 0 already there, 0 sent back, 0 taken out, 0 to do")
    );
    assert!(before.contains(&format!("{to_do} new entries are ready.")), "{before}");
    let next = format!("Nothing on the current list. {to_do} will be on the next");
    assert!(before.contains(&next), "{before}");
    for _ in 0..2 {
        let closed = post(&server, "/practice/A99001/packs", &cookie).await;
        assert_eq!(closed.status, StatusCode::SEE_OTHER);
        assert_eq!(closed.headers[LOCATION], "/practice/A99001#to-do");
    }
    assert_eq!(server.count("pack").await, 1);
    let after = text(&server.get("/practice/A99001", &cookie).await);
    let balance = format!(
        "{to_do} entries: 0 filed, 0 already there, 0 sent back, 0 taken out, {to_do} to do."
    );
    assert!(after.contains(&balance), "{after}");
    assert!(after.contains("by Helen Okonkwo"));
    let first = server.get("/practice/A99001/packs/1.zip", &cookie).await;
    assert_eq!(first.headers[CONTENT_TYPE], "application/zip");
    // A new fact of the service has everything worked out again, and the pack stays as it is.
    server.add_user("Ben", Role::LinkWorker).await;
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap()).await.unwrap();
    let again = server.get("/practice/A99001/packs/1.zip", &cookie).await;
    assert_eq!(first.body, again.body);
    let none = server.get("/practice/A99001/packs/2.zip", &cookie).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_desks_hold_no_note_no_script_and_a_header_for_every_table() {
    let server = invented().await;
    for (name, path) in [("Helen Okonkwo", "/practice/A99001"), ("Gwen Pritchard", "/team")] {
        let cookie = as_person(&server, name).await;
        let page = text(&server.get(path, &cookie).await);
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(page.contains("lang=\"en-GB\"") && page.contains("href=\"#main\""));
        let script = "<script src=\"/desk.js\" defer></script>";
        assert!(!page.replace(script, "").contains("<script") && !page.contains("style=\""));
        let tables = page.matches("<table").count();
        assert!(tables > 0);
        assert_eq!(page.matches("<caption").count(), tables);
        assert_eq!(page.matches("<th ").count(), page.matches("<th scope=").count());
        for said in ["waking up", "allotments together", "Walked round", "final notice"] {
            assert!(!page.contains(said), "{path} says {said}");
        }
    }
}

#[tokio::test]
async fn the_lead_sees_who_carries_how_many_and_finds_the_reports() {
    let server = invented().await;
    let cookie = as_person(&server, "Gwen Pritchard").await;
    let page = text(&server.get("/team", &cookie).await);
    for name in ["Bronwen Adeyemi", "Tomasz Whitfield", "Farah Siddiqui"] {
        assert!(page.contains(&format!("<td>{name}</td>")), "{name}");
    }
    let carried: u32 = page
        .match_indices(" of 250</td>")
        .map(|(at, _)| page[..at].rsplit('>').next().unwrap().parse::<u32>().unwrap())
        .sum();
    // Sixty people, two of the contested ones with two workers; the declined and closed are over.
    assert!((30..60).contains(&carried), "{carried}");
    assert!(page.contains("1 urgent concern has no owner."), "{page}");
    assert!(page.contains("href=\"/reports\""), "{page}");
}
