//! IndexedDB as futures: one object store, from name to bytes, in transactions that are on disk
//! when they resolve. Written here since the crates for it cannot ask for `durability: "strict"`.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction,
};

use super::error::VaultError;

const DATABASE: &str = "fingerpost";
const DATABASE_VERSION: u32 = 1;
const STORE: &str = "records";

#[wasm_bindgen]
extern "C" {
    /// `web_sys` has `transaction` without its options, unless the whole build is unstable.
    #[wasm_bindgen(extends = IdbDatabase)]
    #[derive(Clone)]
    type StrictDatabase;

    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &StrictDatabase,
        store: &str,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// An open connection.
#[derive(Clone)]
pub struct Connection {
    database: StrictDatabase,
    /// Whether the store was empty because opening made it.
    pub made_new: bool,
}

/// One transaction over the store: everything in it happens, or nothing.
pub struct Transaction {
    transaction: IdbTransaction,
    store: IdbObjectStore,
    /// Made at once, so that an end that comes early is not missed.
    ended: Promise,
}

impl Connection {
    /// Opens the database, making the store if it is not there.
    ///
    /// # Errors
    /// When the browser has none, or does not let this page use it.
    pub async fn open() -> Result<Self, VaultError> {
        let factory = factory().ok_or(VaultError::NoStorage)?;
        let request =
            factory.open_with_u32(DATABASE, DATABASE_VERSION).map_err(|_| VaultError::NoStorage)?;
        let made_new = std::rc::Rc::new(std::cell::Cell::new(false));
        let flag = made_new.clone();
        let upgrading = request.clone();
        let make_store = Closure::once(move |_: JsValue| {
            flag.set(true);
            if let Ok(database) = upgrading.result() {
                // A failure here fails the opening itself.
                let _ = database.unchecked_into::<IdbDatabase>().create_object_store(STORE);
            }
        });
        request.set_onupgradeneeded(Some(make_store.as_ref().unchecked_ref()));
        let database = opened(&request).await.map_err(|error| error_of(&error))?;
        let database: StrictDatabase = database.unchecked_into();
        close_when_another_version_asks(&database);
        Ok(Self { database, made_new: made_new.get() })
    }

    /// Begins a transaction that resolves when its writes are on disk.
    ///
    /// # Errors
    /// When the platform dropped the connection.
    pub fn write(&self) -> Result<Transaction, VaultError> {
        let options = Object::new();
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&options, &"durability".into(), &"strict".into());
        let transaction = self.database.transaction(STORE, "readwrite", &options);
        let transaction = transaction.map_err(|error| error_of(&error))?;
        let store = transaction.object_store(STORE).map_err(|error| error_of(&error))?;
        let ended = Promise::new(&mut |resolve, reject| {
            transaction.set_oncomplete(Some(&resolve));
            transaction.set_onabort(Some(&reject));
        });
        Ok(Transaction { transaction, store, ended })
    }
}

impl Transaction {
    /// Adds or replaces a record.
    ///
    /// # Errors
    /// When the transaction is over.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let put = self.store.put_with_key(&Uint8Array::from(bytes), &name.into());
        put.map(drop).map_err(|error| error_of(&error))
    }

    /// Adds or replaces a value of the browser's own, such as a key.
    ///
    /// # Errors
    /// When the transaction is over.
    pub fn put_value(&self, name: &str, value: &JsValue) -> Result<(), VaultError> {
        let put = self.store.put_with_key(value, &name.into());
        put.map(drop).map_err(|error| error_of(&error))
    }

    /// Removes a record; one that is not there makes no difference.
    ///
    /// # Errors
    /// When the transaction is over.
    pub fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.store.delete(&name.into()).map(drop).map_err(|error| error_of(&error))
    }

    /// Removes every record.
    ///
    /// # Errors
    /// When the transaction is over.
    pub fn clear(&self) -> Result<(), VaultError> {
        self.store.clear().map(drop).map_err(|error| error_of(&error))
    }

    /// One record.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(bytes_of(&self.value(name).await?))
    }

    /// One value; undefined where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn value(&self, name: &str) -> Result<JsValue, VaultError> {
        let request = self.store.get(&name.into()).map_err(|error| error_of(&error))?;
        done(&request).await.map_err(|error| error_of(&error))
    }

    /// Every record, with its name, in one read of each.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn all(&self) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        let names = self.store.get_all_keys().map_err(|error| error_of(&error))?;
        let values = self.store.get_all().map_err(|error| error_of(&error))?;
        let names: Array = done(&names).await.map_err(|error| error_of(&error))?.unchecked_into();
        let values: Array = done(&values).await.map_err(|error| error_of(&error))?.unchecked_into();
        let pairs = names.iter().zip(values.iter());
        Ok(pairs.filter_map(|(name, value)| Some((name.as_string()?, bytes_of(&value)?))).collect())
    }

    /// Waits until everything is on disk.
    ///
    /// # Errors
    /// When nothing of it is.
    pub async fn complete(self) -> Result<(), VaultError> {
        match JsFuture::from(self.ended).await {
            Ok(_) => Ok(()),
            Err(_) => {
                Err(self.transaction.error().map_or(VaultError::Unavailable, |e| error_of(&e)))
            }
        }
    }

    /// Takes back what was written so far. What cannot be aborted was not written either.
    pub fn abort(self) {
        // Nobody waits for its end any more, and the browser would report a rejection unheard.
        self.transaction.set_onabort(None);
        let _ = self.transaction.abort();
    }
}

/// `indexedDB`, where the browser lets this page have it.
fn factory() -> Option<IdbFactory> {
    web_sys::window()?.indexed_db().ok()?
}

/// A newer version of the app in another tab must not wait for this one to be closed.
fn close_when_another_version_asks(database: &StrictDatabase) {
    let closing = database.unchecked_ref::<IdbDatabase>().clone();
    let close = Closure::<dyn FnMut(JsValue)>::new(move |_| closing.close());
    database.set_onversionchange(Some(close.as_ref().unchecked_ref()));
    close.forget();
}

async fn opened(request: &IdbOpenDbRequest) -> Result<JsValue, JsValue> {
    let blocked_too = |reject: &Function| request.set_onblocked(Some(reject));
    settled(request, blocked_too).await
}

async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    settled(request, |_| {}).await
}

async fn settled(
    request: &IdbRequest,
    more_failures: impl Fn(&Function),
) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        more_failures(&reject);
    });
    if JsFuture::from(promise).await.is_ok() {
        return request.result();
    }
    match request.error() {
        Ok(Some(error)) => Err(error.into()),
        Ok(None) | Err(_) => Err(JsValue::NULL),
    }
}

fn bytes_of(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

fn error_of(error: &JsValue) -> VaultError {
    match error.dyn_ref::<DomException>().map(DomException::name).as_deref() {
        Some("QuotaExceededError") => VaultError::Full,
        _ => VaultError::Unavailable,
    }
}
