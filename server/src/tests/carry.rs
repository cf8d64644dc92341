//! Work that reaches the server outside of a sync: in files, and from devices that were taken off.

use axum::{
    body::Body,
    http::{
        Request, StatusCode,
        header::{CONTENT_TYPE, COOKIE},
    },
};
use shared::{
    case::{Field, Role},
    cbor,
    profile::Profile,
    sync::{
        SyncState,
        carried::CarriedBy,
        wire::{HandedOver, PROTOCOL, Unsent, Verdict},
    },
};

use super::{Answer, Server, phone::Phone};
use crate::{
    clock,
    store::people,
    take_in::{self, Report, TakeInError},
};

async fn phone(server: &Server, name: &str) -> Phone {
    Phone::new(server, server.add_user(name, Role::LinkWorker).await).await
}

fn unsent(phone: &Phone) -> Vec<u8> {
    let push = phone.replica.unsent_parts().concat();
    cbor::encode(&Unsent { protocol: PROTOCOL, push })
}

/// The file that a phone makes of what it has not sent.
async fn file(server: &Server, phone: &Phone) -> Vec<u8> {
    let profile = server.get("/api/me", &phone.cookie).await;
    let profile: Profile = cbor::decode(&profile.body).unwrap();
    let by = CarriedBy { user: profile.user, device: profile.device };
    take_in::sealed(&profile.carry_key.unwrap(), &by, &unsent(phone))
}

async fn take_in(server: &Server, file: Vec<u8>) -> Result<Report, TakeInError> {
    let store = server.store.clone();
    tokio::task::spawn_blocking(move || take_in::take_in(&store, &file)).await.unwrap()
}

/// Taken in, known before, kept apart, refused.
fn sums(report: &Report) -> [usize; 4] {
    report.cases.iter().fold([0; 4], |[taken, known, apart, refused], case| {
        [
            taken + case.taken,
            known + case.known,
            apart + case.kept_apart,
            refused + case.refused.len(),
        ]
    })
}

async fn revoke(server: &Server, phone: &Phone) {
    let device = phone.author.device;
    server.write(move |tx| people::revoke_device(tx, device, clock::now_ms())).await;
}

async fn hand_over(server: &Server, phone: &Phone, device: &str) -> Answer {
    let request = Request::post("/api/hand-over").header(COOKIE, &phone.cookie);
    let request = request.header("fingerpost-device", device);
    server.send(request.body(unsent(phone).into()).unwrap()).await
}

#[tokio::test]
async fn a_file_is_taken_in_once_and_the_phones_own_push_finds_everything_there() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let old = phone.begin("Okafor");
    phone.sync(&server).await;
    phone.write(old, Field::Phone, "01632 960000");
    phone.begin("Ncube");
    let file = file(&server, &phone).await;
    assert!(!file.windows(6).any(|window| window == b"Okafor" || window == b"632 96"));
    let report = take_in(&server, file.clone()).await.unwrap();
    assert_eq!((report.cases.len(), sums(&report)), (2, [2, 0, 0, 0]));
    assert!(report.summary().starts_with("2 changes in 2 cases: 2 taken in, 0 already here"));
    assert_eq!(sums(&take_in(&server, file).await.unwrap()), [0, 2, 0, 0]);
    assert_eq!(server.count("change").await, 3);
    phone.sync(&server).await;
    assert!(matches!(phone.replica.state(), SyncState::Sent(_)));
    assert_eq!(server.count("change").await, 3);
    assert_eq!(phone.cases(), 2);
}

#[tokio::test]
async fn a_phone_that_lost_what_it_carried_off_is_given_it_back() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    let before = phone.disk();
    phone.write(case, Field::Phone, "01632 960000");
    take_in(&server, file(&server, &phone).await).await.unwrap();
    phone.open_from(before);
    assert_eq!(phone.read(case, Field::Phone).as_deref(), Some(""));
    phone.sync(&server).await;
    assert_eq!(phone.read(case, Field::Phone).as_deref(), Some("01632 960000"));
}

#[tokio::test]
async fn a_file_that_was_bent_anywhere_or_is_for_another_service_is_refused() {
    let (server, other) = (Server::new(), Server::new());
    let mut phone = phone(&server, "Amina").await;
    phone.begin("Okafor");
    let file = file(&server, &phone).await;
    for at in 0..file.len() {
        let mut bent = file.clone();
        bent[at] ^= 1;
        assert!(take_in::take_in(&server.store.clone(), &bent).is_err(), "byte {at}");
    }
    for length in [0, 1, 40, 41, 53, file.len() - 1] {
        assert!(take_in(&server, file[..length].to_vec()).await.is_err(), "{length} bytes");
    }
    let elsewhere = take_in(&other, file.clone()).await;
    assert!(matches!(elsewhere, Err(TakeInError::NotOpened)), "{elsewhere:?}");
    assert_eq!((server.count("change").await, other.count("change").await), (0, 0));
    assert_eq!(sums(&take_in(&server, file).await.unwrap()), [1, 0, 0, 0]);
}

#[tokio::test]
async fn a_device_that_was_taken_off_is_told_and_what_it_hands_over_is_kept_apart() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    let case = phone.begin("Okafor");
    phone.sync(&server).await;
    phone.write(case, Field::Phone, "01632 960000");
    phone.begin("Ncube");
    let own = phone.author.device.to_string();
    assert_eq!(hand_over(&server, &phone, &own).await.status, StatusCode::CONFLICT);
    revoke(&server, &phone).await;
    for path in ["/api/me", "/api/poke", "/api/directory"] {
        assert_eq!(server.get(path, &phone.cookie).await.status, StatusCode::GONE, "{path}");
    }
    let sync = server.post_sync(&phone.cookie, unsent(&phone)).await;
    assert_eq!(sync.status, StatusCode::GONE);
    let other = "00000000-0000-4000-8000-000000000000";
    assert_eq!(hand_over(&server, &phone, other).await.status, StatusCode::UNAUTHORIZED);
    let without = Request::post("/api/hand-over").header(COOKIE, &phone.cookie);
    let without = server.send(without.body(unsent(&phone).into()).unwrap()).await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED);
    // Twice, since the first answer may be lost.
    for _ in 0..2 {
        let answer = hand_over(&server, &phone, &own).await;
        assert_eq!(answer.status, StatusCode::OK);
        let answer: HandedOver = cbor::decode(&answer.body).unwrap();
        let verdicts = answer.receipts.iter().flat_map(|receipt| receipt.verdicts.clone());
        assert_eq!(verdicts.collect::<Vec<_>>(), [Verdict::Quarantined; 2]);
    }
    assert_eq!((server.count("quarantine").await, server.count("change").await), (2, 1));
}

#[tokio::test]
async fn a_file_of_a_device_that_was_taken_off_is_kept_apart() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    phone.begin("Okafor");
    let file = file(&server, &phone).await;
    revoke(&server, &phone).await;
    for _ in 0..2 {
        assert_eq!(sums(&take_in(&server, file.clone()).await.unwrap()), [0, 0, 1, 0]);
    }
    assert_eq!((server.count("quarantine").await, server.count("change").await), (1, 0));
}

#[tokio::test]
async fn files_of_a_device_that_a_restored_server_has_forgotten_are_taken_in() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    phone.begin("Okafor");
    let first = file(&server, &phone).await;
    phone.begin("Ncube");
    let second = file(&server, &phone).await;
    server
        .write(|tx| {
            tx.execute("DELETE FROM session", [])?;
            Ok(tx.execute(
                "DELETE FROM device WHERE user IN (SELECT id FROM user WHERE name = 'Amina')",
                [],
            )?)
        })
        .await;
    assert_eq!(sums(&take_in(&server, first).await.unwrap()), [1, 0, 0, 0]);
    assert_eq!(sums(&take_in(&server, second).await.unwrap()), [1, 1, 0, 0]);
}

#[tokio::test]
async fn the_lead_and_the_administrator_give_files_in_on_a_page_and_nobody_else() {
    let server = Server::new();
    let mut phone = phone(&server, "Amina").await;
    phone.begin("Okafor");
    let file = file(&server, &phone).await;
    let roles = [
        (Role::LinkWorker, StatusCode::NOT_FOUND, ""),
        (Role::LeadLinkWorker, StatusCode::OK, "1 taken in, 0 already here"),
        (Role::ServiceAdministrator, StatusCode::OK, "0 taken in, 1 already here"),
    ];
    for (role, status, said) in roles {
        let user = server.add_user("Gwen", role).await;
        let cookie = server.sign_in(user).await;
        assert_eq!(server.get("/team/unsent", &cookie).await.status, status);
        let answer = upload(&server, &cookie, &file).await;
        assert_eq!(answer.status, status);
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(page.contains(said) && !page.contains("Okafor"), "{page}");
        if status == StatusCode::OK {
            let answer = upload(&server, &cookie, b"hello").await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert!(String::from_utf8_lossy(&answer.body).contains("not a file of unsent work"));
        }
    }
}

async fn upload(server: &Server, cookie: &str, file: &[u8]) -> Answer {
    let head =
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.fpw\"\r\n\r\n";
    let body = [head.as_bytes(), file, b"\r\n--edge--\r\n"].concat();
    let request = Request::post("/team/unsent").header(COOKIE, cookie);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    server.send(request.body(Body::from(body)).unwrap()).await
}
