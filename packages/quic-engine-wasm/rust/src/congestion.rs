//! How much of a connection may be in flight: what CUBIC allows, and no more than the path takes within a short time. Links push
//! back and lose nothing, so that CUBIC alone fills the buffers of all sockets on the way, and whatever else goes that way
//! waits behind them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use quinn_proto::RttEstimator;
use quinn_proto::congestion::{Controller, ControllerFactory, Cubic, CubicConfig};
use web_time::Instant;

/// For how long what is in flight may wait on the way, besides the time of the way itself.
const QUEUEING: Duration = Duration::from_millis(3);
/// In flight at any rate, in bytes.
const LEAST: u64 = 256 << 10;
/// The time over which a rate is measured, if the way does not take longer.
const SAMPLE: Duration = Duration::from_millis(20);
/// Of the best rate so much is kept with each sample that is lower, in hundredths.
const KEPT: u64 = 90;
/// How long the shortest time of the way is good; at its end it is measured anew, with little in flight.
const SHORTEST_FOR: Duration = Duration::from_secs(10);

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
            shortest: Duration::MAX,
            shortest_until: now + SHORTEST_FOR,
            measures_anew: false,
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
    /// The shortest time from sending to the acknowledgement.
    shortest: Duration,
    shortest_until: Instant,
    /// Little is in flight, so that nothing waits on the way.
    measures_anew: bool,
}

impl DelayBounded {
    fn measure(&mut self, now: Instant, round_trip: Duration) {
        if now >= self.shortest_until {
            self.shortest = round_trip;
            self.shortest_until = now + SHORTEST_FOR;
            self.measures_anew = true;
        } else if round_trip < self.shortest {
            self.shortest = round_trip;
        }
        let took = now.saturating_duration_since(self.sample_from);
        if took < SAMPLE.max(self.shortest) {
            return;
        }
        let rate = (self.sample_bytes as f64 / took.as_secs_f64()) as u64;
        self.best_rate = rate.max(self.best_rate * KEPT / 100);
        self.sample_from = now;
        self.sample_bytes = 0;
        self.measures_anew = false;
        let within = (self.shortest + QUEUEING).as_secs_f64();
        self.limit = LEAST.max((self.best_rate as f64 * within * 1.25) as u64);
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
        self.measure(now, now.saturating_duration_since(sent));
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
