//! A subscriber and a recorder that keep all that they are told.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// All that is told on one thread.
pub(crate) struct Watch {
    spans: Spans,
    snapshotter: Snapshotter,
}

/// A span or an event, with its fields as text.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) fields: BTreeMap<&'static str, String>,
    /// The names of the spans around it, the innermost first.
    pub(crate) around: Vec<&'static str>,
    pub(crate) is_closed: bool,
}

/// The values of a metric since the last look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) values: Vec<f64>,
}

type Spans = Arc<Mutex<Vec<Told>>>;

/// Runs a test on a runtime of one thread, watched.
pub(crate) fn watched(test: impl AsyncFnOnce(&Watch)) {
    let recorder = DebuggingRecorder::new();
    let spans = Spans::default();
    let watch = Watch { spans: Arc::clone(&spans), snapshotter: recorder.snapshotter() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let subscriber = tracing_subscriber::registry().with(Keep(spans));
    tracing::subscriber::with_default(subscriber, || {
        metrics::with_local_recorder(&recorder, || runtime.block_on(test(&watch)));
    });
}

impl Watch {
    /// The spans of this name, in the order in which they were made.
    pub(crate) fn spans(&self, name: &str) -> Vec<Told> {
        self.told().into_iter().filter(|told| told.name == name).collect()
    }

    /// The last span of this name.
    pub(crate) fn last(&self, name: &str) -> Told {
        self.spans(name).pop().unwrap_or_else(|| panic!("there is no span `{name}`"))
    }

    /// Every span and event.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.spans.lock().unwrap().clone()
    }

    /// The metrics that have a value since the last look.
    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let snapshot = self.snapshotter.snapshot().into_vec();
        let metrics = snapshot.into_iter().map(|(key, _, _, value)| {
            let (_, key) = key.into_parts();
            let values = match value {
                DebugValue::Histogram(values) => values.into_iter().map(|value| value.into_inner()).collect(),
                DebugValue::Gauge(value) => vec![value.into_inner()],
                DebugValue::Counter(value) => vec![value as f64],
            };
            let labels = key.labels().map(|label| (label.key().to_owned(), label.value().to_owned())).collect();
            Metric { name: key.name().to_owned(), labels, values }
        });
        metrics.filter(|metric| !metric.values.is_empty()).collect()
    }

    /// The metrics of this name that have a value since the last look.
    pub(crate) fn metrics_of(&self, name: &str) -> Vec<Metric> {
        self.metrics().into_iter().filter(|metric| metric.name == name).collect()
    }
}

impl Told {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

impl Metric {
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }
}

struct Keep(Spans);

/// Where a span is in the list.
struct Position(usize);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Keep {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let span = cx.span(id).unwrap();
        let around = span.scope().skip(1).map(|span| span.name()).collect();
        let metadata = attributes.metadata();
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let position = self.keep(metadata, fields, around);
        span.extensions_mut().insert(Position(position));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let position = cx.span(id).unwrap().extensions().get::<Position>().unwrap().0;
        self.0.lock().unwrap()[position].fields.append(&mut fields.0);
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let around = cx.event_scope(event).into_iter().flatten().map(|span| span.name()).collect();
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.keep(event.metadata(), fields, around);
    }

    fn on_close(&self, id: Id, cx: Context<'_, S>) {
        let position = cx.span(&id).unwrap().extensions().get::<Position>().unwrap().0;
        self.0.lock().unwrap()[position].is_closed = true;
    }
}

impl Keep {
    fn keep(&self, metadata: &tracing::Metadata<'static>, fields: Fields, around: Vec<&'static str>) -> usize {
        let (name, level) = (metadata.name(), *metadata.level());
        let mut spans = self.0.lock().unwrap();
        spans.push(Told { name, level, fields: fields.0, around, is_closed: false });
        spans.len() - 1
    }
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}
