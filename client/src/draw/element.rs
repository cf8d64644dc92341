//! What is on an element beside what stays the same: attributes, classes, properties, and what hears
//! its events.

use std::borrow::Cow;

use leptos::{prelude::*, reactive::effect::RenderEffect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event};

use crate::memo::Live;

/// Something on an element.
pub enum OnElement {
    Attribute(Value),
    Class(Box<dyn Fn() -> bool>),
    Property(Box<dyn Fn() -> JsValue>),
    Bound(Live<String>),
    Event(Heard),
}

/// What hears an event.
pub type Heard = Box<dyn FnMut(Event)>;

/// The value of an attribute.
pub enum Value {
    Absent,
    Text(Cow<'static, str>),
    Followed(Box<dyn FnMut() -> Self>),
}

/// What can be the value of an attribute.
pub trait IntoValue {
    /// As a value.
    fn into_value(self) -> Value;
}

impl IntoValue for &'static str {
    fn into_value(self) -> Value {
        Value::Text(Cow::Borrowed(self))
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(Cow::Owned(self))
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        if self { Value::Text(Cow::Borrowed("")) } else { Value::Absent }
    }
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Absent, T::into_value)
    }
}

impl<F: FnMut() -> T + 'static, T: IntoValue> IntoValue for F {
    fn into_value(mut self) -> Value {
        Value::Followed(Box::new(move || self().into_value()))
    }
}

/// What goes on for as long as an element is there.
pub enum Kept {
    Still,
    Following { _effect: RenderEffect<()> },
    Listening { _listener: Listener },
    Bound { _effect: RenderEffect<()>, _listener: Listener },
}

impl OnElement {
    /// Puts it on an element. The name is the program's, with what it is of before a colon.
    pub fn keep(self, element: &Element, name: &'static str) -> Kept {
        let name = name.split_once(':').map_or(name, |(_, name)| name);
        let of = element.clone();
        match self {
            Self::Attribute(Value::Followed(mut value)) => following(move || {
                put(&of, name, value());
            }),
            Self::Attribute(value) => {
                put(element, name, value);
                Kept::Still
            }
            Self::Class(is_of_it) => following(move || {
                // Fails for a name with a blank only, and the markup has none.
                let _ = of.class_list().toggle_with_force(name, is_of_it());
            }),
            Self::Property(value) => following(move || set_property(&of, name, &value())),
            Self::Event(heard) => Kept::Listening { _listener: Listener::new(of, name, heard) },
            Self::Bound(text) => {
                let typed = move |event| text.set(event_target_value(&event));
                let _listener = Listener::new(element.clone(), "input", listener(Box::new(typed)));
                let show = move |_| set_property(&of, name, &text.get().into());
                Kept::Bound { _effect: RenderEffect::new(show), _listener }
            }
        }
    }
}

fn following(mut work: impl FnMut() + 'static) -> Kept {
    Kept::Following { _effect: RenderEffect::new(move |_| work()) }
}

/// Sets an attribute, or takes it away.
pub fn set(element: &Element, name: &str, value: Option<&str>) {
    // Fails for a name with a blank only, and the markup has none.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn put(element: &Element, name: &str, value: Value) {
    match value {
        Value::Absent => set(element, name, None),
        Value::Text(text) => set(element, name, Some(&text)),
        Value::Followed(mut value) => put(element, name, value()),
    }
}

/// Sets a property that is another one by now: the same value again would move the caret.
fn set_property(element: &Element, name: &str, value: &JsValue) {
    let name = JsValue::from_str(name);
    if js_sys::Reflect::get(element, &name).as_ref() != Ok(value) {
        let _ = js_sys::Reflect::set(element, &name, value);
    }
}

/// What hears an event as of the screen that it is on.
pub fn listener(mut heard: Heard) -> Heard {
    let owner = Owner::current().unwrap_or_default();
    Box::new(move |event| owner.with(|| heard(event)))
}

/// Hears an event of an element until it is dropped.
pub struct Listener {
    element: Element,
    name: &'static str,
    heard: Closure<dyn FnMut(Event)>,
}

impl Listener {
    fn new(element: Element, name: &'static str, heard: Heard) -> Self {
        let heard = Closure::wrap(heard);
        // Fails for what is no function only.
        let _ = element.add_event_listener_with_callback(name, heard.as_ref().unchecked_ref());
        Self { element, name, heard }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let heard = self.heard.as_ref().unchecked_ref();
        let _ = self.element.remove_event_listener_with_callback(self.name, heard);
    }
}
