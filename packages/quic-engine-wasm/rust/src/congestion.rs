//! How much of a connection may be in flight: what CUBIC allows, and no more than the path takes within a short time. Links push
//! back and lose nothing, so that CUBIC alone fills the buffers of all sockets on the way, and whatever else goes that way
//! waits behind them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use quinn_proto::RttEstimator;
use quinn_proto::congestion::{Controller, ControllerFactory, Cubic, CubicConfig};
use web_time::Instant;

/// For how long what is in flight may wait on the way, besides an eighth of the time of the way itself.
const QUEUEING: Duration = Duration::from_millis(3);
/// In flight at any rate, in bytes.
const LEAST: u64 = 256 << 10;
/// The time over which a rate is measured, if the way does not take longer.
const SAMPLE: Duration = Duration::from_millis(20);
/// Of the best rate so much is kept with each sample that is lower, in hundredths.
const KEPT: u64 = 90;
/// How long the shortest time of the way is good; then it is measured anew.
const SHORTEST_FOR: Duration = Duration::from_secs(10);
/// The beginning is over after so many samples whose rate is no quarter above the best before.
const FLAT_SAMPLES: u32 = 3;
/// After so many samples with little in flight nothing of this connection waits on the way any more.
const EMPTIED_AFTER: u32 = 2;

/// Makes [`DelayBounded`] controllers.
pub struct DelayBoundedConfig {
    cubic: Arc<CubicConfig>,
}

impl DelayBoundedConfig {
    pub fn new(initial_window: u64) -> Self {
        let mut cubic = CubicConfig::default();
        cubic.initial_window(initial_window);
        Self {
            cubic: Arc::new(cubic),
        }
    }
}

impl ControllerFactory for DelayBoundedConfig {
    fn build(self: Arc<Self>, now: Instant, current_mtu: u16) -> Box<dyn Controller> {
        Box::new(DelayBounded {
            cubic: Cubic::new(self.cubic.clone(), now, current_mtu),
            limit: u64::MAX,
            best_rate: 0,
            sample_from: now,
            sample_bytes: 0,
            sample_shortest: Duration::MAX,
            shortest: Duration::MAX,
            shortest_until: now + SHORTEST_FOR,
            measures_anew: false,
            samples_with_little: 0,
            beginning: FLAT_SAMPLES,
        })
    }
}

/// CUBIC, bounded by the rate of what arrives.
#[derive(Clone)]
struct DelayBounded {
    cubic: Cubic,
    /// In bytes.
    limit: u64,
    /// In bytes a second.
    best_rate: u64,
    sample_from: Instant,
    sample_bytes: u64,
    sample_shortest: Duration,
    /// The shortest time from sending to the acknowledgement.
    shortest: Duration,
    shortest_until: Instant,
    /// Little is in flight, so that nothing waits on the way.
    measures_anew: bool,
    /// How many samples in a row had little in flight.
    samples_with_little: u32,
    /// How many flat samples are left of the beginning, in which the rate may double with each.
    beginning: u32,
}

impl DelayBounded {
    /// A sample has ended that took so long.
    fn measure(&mut self, now: Instant, took: Duration) {
        let little = self.measures_anew || self.limit == LEAST;
        self.samples_with_little = if little { self.samples_with_little + 1 } else { 0 };
        if self.samples_with_little >= EMPTIED_AFTER {
            // also when the way has become longer
            self.shortest = self.sample_shortest;
            self.shortest_until = now + SHORTEST_FOR;
            self.measures_anew = false;
        } else {
            self.shortest = self.shortest.min(self.sample_shortest);
            self.measures_anew |= now >= self.shortest_until;
        }
        let rate = (self.sample_bytes as f64 / took.as_secs_f64()) as u64;
        if self.beginning > 0 && rate < self.best_rate * 5 / 4 {
            self.beginning -= 1;
        }
        self.best_rate = rate.max(self.best_rate * KEPT / 100);
        let gain = if self.beginning > 0 { 2.0 } else { 1.0 };
        let within = (self.shortest * 9 / 8 + QUEUEING).as_secs_f64();
        self.limit = LEAST.max((self.best_rate as f64 * within * gain) as u64);
        self.sample_from = now;
        self.sample_bytes = 0;
        self.sample_shortest = Duration::MAX;
    }
}

impl Controller for DelayBounded {
    fn on_ack(
        &mut self,
        now: Instant,
        sent: Instant,
        bytes: u64,
        app_limited: bool,
        rtt: &RttEstimator,
    ) {
        // what is not in flight for the bound, CUBIC must not take for allowed
        let bounded = self.cubic.window() > self.limit;
        self.cubic.on_ack(now, sent, bytes, app_limited || bounded, rtt);
        self.sample_bytes += bytes;
        self.sample_shortest = self
            .sample_shortest
            .min(now.saturating_duration_since(sent));
        let took = now.saturating_duration_since(self.sample_from);
        if took >= SAMPLE.max(self.shortest.min(self.sample_shortest)) {
            self.measure(now, took);
        }
    }

    fn on_congestion_event(
        &mut self,
        now: Instant,
        sent: Instant,
        is_persistent_congestion: bool,
        lost_bytes: u64,
    ) {
        self.cubic
            .on_congestion_event(now, sent, is_persistent_congestion, lost_bytes);
    }

    fn on_mtu_update(&mut self, new_mtu: u16) {
        self.cubic.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        let limit = if self.measures_anew { LEAST } else { self.limit };
        self.cubic.window().min(limit)
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }

    fn initial_window(&self) -> u64 {
        self.cubic.initial_window()
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
