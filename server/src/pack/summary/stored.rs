//! A summary as text for a column of the database: JSON, where what is not there was not known.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{On, Service, Summary, Wellbeing};

impl Summary {
    /// The summary as JSON. The same one gives the same text.
    pub fn to_text(&self) -> String {
        let mut parts = Map::new();
        let mut put = |name: &str, value: Value| {
            parts.insert(name.to_owned(), value);
        };
        if let Some(referred) = &self.referred {
            put("referred", write_on(referred));
        }
        if let Some((accepted, on)) = self.answer {
            put("answer", json!({ "accepted": accepted, "on": on.to_string() }));
        }
        put("seen", self.seen.into());
        put("no_answer", self.no_answer.into());
        put("did_not_attend", self.did_not_attend.into());
        if let Some((first, last)) = self.met {
            put("met", json!([first.to_string(), last.to_string()]));
        }
        put("modes", self.modes.as_slice().into());
        put("needs", self.needs.as_slice().into());
        put("services", self.services.iter().map(write_service).collect());
        put("wellbeing", self.wellbeing.iter().map(write_wellbeing).collect());
        if let Some(closed) = &self.closed {
            put("closed", write_on(closed));
        }
        Value::Object(parts).to_string()
    }

    /// Reads what [`Self::to_text`] wrote; none where it is not that. A part that is missing says
    /// nothing, as does one that cannot be read.
    pub fn from_text(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let parts = value.as_object()?;
        let part = |name: &str| parts.get(name).unwrap_or(&Value::Null);
        let each = |name: &str| part(name).as_array().into_iter().flatten();
        let words = |name: &str| each(name).filter_map(Value::as_str).map(str::to_owned).collect();
        Some(Self {
            referred: read_on(part("referred")),
            answer: part("answer")["accepted"].as_bool().zip(date(&part("answer")["on"])),
            seen: count(part("seen")),
            no_answer: count(part("no_answer")),
            did_not_attend: count(part("did_not_attend")),
            met: date(&part("met")[0]).zip(date(&part("met")[1])),
            modes: words("modes"),
            needs: words("needs"),
            services: each("services").filter_map(read_service).collect(),
            wellbeing: each("wellbeing").filter_map(read_wellbeing).collect(),
            closed: read_on(part("closed")),
        })
    }
}

fn date(value: &Value) -> Option<Date> {
    value.as_str()?.parse().ok()
}

fn count(value: &Value) -> u32 {
    value.as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}

fn write_on(one: &On) -> Value {
    json!({ "on": one.on.to_string(), "words": one.words })
}

fn read_on(value: &Value) -> Option<On> {
    Some(On { on: date(&value["on"])?, words: value["words"].as_str()?.to_owned() })
}

fn write_service(one: &Service) -> Value {
    json!({ "on": one.on.to_string(), "name": one.name, "introduced": one.introduced })
}

fn read_service(value: &Value) -> Option<Service> {
    Some(Service {
        on: date(&value["on"])?,
        name: value["name"].as_str()?.to_owned(),
        introduced: value["introduced"].as_bool()?,
    })
}

fn write_wellbeing(one: &Wellbeing) -> Value {
    json!({
        "on": one.on.to_string(),
        "satisfaction": one.satisfaction,
        "worthwhile": one.worthwhile,
        "happiness": one.happiness,
        "anxiety": one.anxiety,
    })
}

fn read_wellbeing(value: &Value) -> Option<Wellbeing> {
    let scale = |name: &str| value[name].as_u64().and_then(|scale| u8::try_from(scale).ok());
    Some(Wellbeing {
        on: date(&value["on"])?,
        satisfaction: scale("satisfaction")?,
        worthwhile: scale("worthwhile")?,
        happiness: scale("happiness")?,
        anxiety: scale("anxiety")?,
    })
}
