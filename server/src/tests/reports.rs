//! The lead's reports over the invented service: what they show, to whom, and what they never say.

use axum::http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
};
use shared::ids::UserId;

use super::{Answer, Server};
use crate::{
    demo::{self, people::PEOPLE},
    store::people,
    verify,
};

const NAMES: [&str; 7] =
    ["activity", "contacts", "caseload", "time", "signposting", "wellbeing", "waits"];

struct Lead {
    server: Server,
    cookie: String,
}

impl Lead {
    async fn of_invented_service() -> Self {
        let server = Server::new();
        let store = server.store.clone();
        tokio::task::spawn_blocking(move || demo::seed(&store).unwrap()).await.unwrap();
        let users: Vec<UserId> =
            server.store.read(|tx| people::users_named(tx, "Gwen Pritchard")).await.unwrap();
        let cookie = server.sign_in(users[0]).await;
        Self { server, cookie }
    }

    async fn get(&self, path: &str) -> Answer {
        self.server.get(path, &self.cookie).await
    }

    async fn text(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        String::from_utf8(answer.body.to_vec()).unwrap()
    }
}

/// The text between the tags of every field of a body or foot of a table, as the file has it.
fn fields(page: &str) -> Vec<String> {
    let rows = page.split("<tr>").filter(|row| !row.contains("scope=\"col\"")).skip(1);
    let cells = rows.flat_map(|row| row.split("</t").collect::<Vec<_>>());
    let cells = cells.filter(|cell| cell.contains("<td") || cell.contains("<th"));
    cells.map(|cell| plain(cell.rsplit('>').next().unwrap_or_default())).collect()
}

fn plain(text: &str) -> String {
    text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
}

#[tokio::test]
async fn every_report_says_what_it_counts_and_gives_each_table_a_caption_and_heads() {
    let lead = Lead::of_invented_service().await;
    let index = lead.text("/reports").await;
    for name in NAMES {
        assert!(index.contains(&format!("href=\"/reports/{name}?from=")), "{name}");
        let page = lead.text(&format!("/reports/{name}")).await;
        assert_eq!(page.matches("<h1").count(), 1);
        let tables = page.matches("<table").count();
        assert!(tables > 0, "{name}");
        assert_eq!(page.matches("<caption").count(), tables, "{name}");
        assert_eq!(page.matches("<th ").count(), page.matches("scope=").count(), "{name}");
        assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"").count(), "{name}");
        assert!(page.contains("<svg"), "{name}");
        assert!(!page.contains("<script") && !page.contains("style=\""), "{name}");
    }
}

#[tokio::test]
async fn no_report_names_a_person_or_says_what_they_said() {
    let lead = Lead::of_invented_service().await;
    for name in NAMES {
        for path in [format!("/reports/{name}"), format!("/reports/{name}.csv")] {
            // The lead has a family name in common with one of the people.
            let text = lead.text(&path).await.replace("Gwen Pritchard", "");
            for person in &PEOPLE {
                let full = format!("{} {}", person.given_names, person.family_name);
                assert!(!text.contains(&full), "{path} names {full}");
                let is_known = ["Pritchard", "Abdi", "Chen", "Eze"].contains(&person.family_name);
                assert!(is_known || !text.contains(person.family_name), "{path}: {full}");
                assert!(!text.contains(person.birth_date), "{path}: {full}");
            }
            for said in ["Has been twice", "final notice", "Walked round", "waking up", "999 "] {
                assert!(!text.contains(said), "{path} says {said}");
            }
        }
    }
}

#[tokio::test]
async fn the_file_has_what_the_page_has() {
    let lead = Lead::of_invented_service().await;
    for name in NAMES {
        let page = lead.text(&format!("/reports/{name}")).await;
        let answer = lead.get(&format!("/reports/{name}.csv")).await;
        assert_eq!(answer.headers[CONTENT_TYPE], "text/csv; charset=utf-8");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
        let file_name = answer.headers[CONTENT_DISPOSITION].to_str().unwrap();
        assert!(file_name.starts_with(&format!("attachment; filename=\"{name}-20")), "{file_name}");
        let mut reader = csv::Reader::from_reader(&answer.body["\u{feff}".len()..]);
        let mut in_file = Vec::new();
        for record in reader.records().map(Result::unwrap) {
            let fields = record.iter().skip(1).filter(|field| !field.is_empty());
            in_file.extend(fields.map(|field| crate::pack::as_written(field).to_owned()));
        }
        let mut on_page = fields(&page);
        on_page.retain(|field| !field.is_empty());
        in_file.sort();
        on_page.sort();
        assert_eq!(in_file, on_page, "{name}");
    }
}

#[tokio::test]
async fn a_period_that_is_none_is_refused_and_one_without_anything_is_empty() {
    let lead = Lead::of_invented_service().await;
    for name in NAMES {
        let page = lead.text(&format!("/reports/{name}?from=2001-01&to=2001-03")).await;
        assert!(page.contains("January 2001 to March 2001"), "{name}");
        assert!(name == "caseload" || !page.contains("<table"), "{name}: {page}");
        let wrong = lead.get(&format!("/reports/{name}?from=2026-11&to=2026-01")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    }
    for path in ["/reports/people", "/reports/activity.pdf", "/team/activity.csv"] {
        assert_eq!(lead.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_the_reports_rest_on_follows_from_the_log() {
    let lead = Lead::of_invented_service().await;
    for table in ["episode", "contact", "signposting", "need", "wellbeing"] {
        assert!(lead.server.count(&format!("report_{table}")).await > 20, "{table}");
    }
    let store = lead.server.store.clone();
    let differences = |report: verify::Report| report.differences;
    let verified = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap());
    assert_eq!(differences(verified.await.unwrap()), Vec::<String>::new());
    lead.server.write(|tx| Ok(tx.execute("UPDATE report_need SET services = 9", [])?)).await;
    let store = lead.server.store.clone();
    let verified = tokio::task::spawn_blocking(move || verify::verify(&store).unwrap());
    let found = differences(verified.await.unwrap());
    assert!(found.iter().any(|line| line.starts_with("table report_need:")), "{found:?}");
}
