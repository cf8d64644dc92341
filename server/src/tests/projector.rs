//! What the projector does with a case that it cannot read.

use shared::case::Role;

use super::{Server, phone::Phone};
use crate::projector;

#[tokio::test]
async fn one_case_that_cannot_be_read_holds_nobody_else_up() {
    let server = Server::new();
    let user = server.add_user("Amina", Role::LinkWorker).await;
    let mut phone = Phone::new(&server, user).await;
    let cases: Vec<_> = (0..5).map(|number| phone.begin(&format!("Person {number}"))).collect();
    phone.sync(&server).await;
    let damaged = cases[2];
    server
        .write(move |tx| {
            let sql = "UPDATE change SET bytes = x'00' WHERE case_id = ?1";
            Ok(tx.execute(sql, [damaged.as_bytes()])?)
        })
        .await;
    let catch_up = || {
        let store = server.store.clone();
        tokio::task::spawn_blocking(move || projector::catch_up(&store).unwrap())
    };
    assert_eq!(catch_up().await.unwrap(), 1);
    assert_eq!(server.count("snapshot").await, 4);
    // It ends a second time too, and a new fact of the service has all of them worked out again.
    assert_eq!(catch_up().await.unwrap(), 1);
    server.add_user("Ben", Role::LinkWorker).await;
    assert_eq!(catch_up().await.unwrap(), 1);
    let behind = "case_log WHERE projected_position < latest_position";
    assert_eq!(server.count(behind).await, 0);
}
