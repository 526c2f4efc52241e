//! How much of a connection may be in flight: what CUBIC allows, and no more than the path takes within a short time. Links push
//! back and lose nothing, so that CUBIC alone fills the buffers of all sockets on the path, and whatever else takes that path
//! waits behind them.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use quinn_proto::RttEstimator;
use quinn_proto::congestion::{Controller, ControllerFactory, Cubic, CubicConfig};
use web_time::Instant;

/// For how long what is in flight may wait on the path, besides an eighth of the time of the path itself.
const MAX_QUEUEING_DELAY: Duration = Duration::from_millis(3);
/// In flight at any rate, in bytes, besides one mtu.
const MIN_WINDOW: u64 = 512 << 10;
/// The time over which a rate is measured, if the path does not take longer.
const SAMPLE: Duration = Duration::from_millis(20);
/// Of the best rate so much is kept with each sample that is lower, in hundredths.
const RATE_DECAY: u64 = 90;
/// How long the shortest time of the path is good; then it is measured anew.
const MIN_RTT_LIFETIME: Duration = Duration::from_secs(10);
/// The startup is over after so many samples whose rate is no quarter above the best before.
const STARTUP_FLAT_SAMPLES: u32 = 3;
/// After so many samples with little in flight nothing of this connection waits on the path any more.
const DRAINED_AFTER: u32 = 2;

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
            delivery_rate: 0,
            sample_start: now,
            sample_bytes: 0,
            sample_min_rtt: Duration::MAX,
            min_rtt: Duration::MAX,
            min_rtt_expires: now + MIN_RTT_LIFETIME,
            probes_rtt: false,
            samples_at_min_window: 0,
            startup: STARTUP_FLAT_SAMPLES,
            sample_app_limited: false,
            mtu: current_mtu.into(),
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
    delivery_rate: u64,
    sample_start: Instant,
    sample_bytes: u64,
    sample_min_rtt: Duration,
    /// The shortest time from sending to the acknowledgement.
    min_rtt: Duration,
    min_rtt_expires: Instant,
    /// Little is in flight, so that nothing waits on the path.
    probes_rtt: bool,
    /// How many samples in a row had little in flight.
    samples_at_min_window: u32,
    /// How many flat samples are left of the startup, in which the rate may double with each.
    startup: u32,
    /// There was less to send in this sample than might have been: its rate says little of the path.
    sample_app_limited: bool,
    /// The largest mtu, in bytes. Only whole ones are sent, so that a bound which grows by less would not grow at all.
    mtu: u64,
}

impl DelayBounded {
    /// A sample has ended that took so long.
    fn measure(&mut self, now: Instant, took: Duration) {
        let at_min_window = self.probes_rtt || self.limit == MIN_WINDOW;
        self.samples_at_min_window = if at_min_window {
            self.samples_at_min_window + 1
        } else {
            0
        };
        if self.samples_at_min_window >= DRAINED_AFTER {
            // also when the path has become longer
            self.min_rtt = self.sample_min_rtt;
            self.min_rtt_expires = now + MIN_RTT_LIFETIME;
            self.probes_rtt = false;
        } else {
            if self.sample_min_rtt <= self.min_rtt {
                self.min_rtt = self.sample_min_rtt;
                // streams that see the same short time measure anew at the same time, when none of them keeps the path full
                self.min_rtt_expires = now + MIN_RTT_LIFETIME;
            }
            self.probes_rtt |= now >= self.min_rtt_expires;
        }
        let rate = (self.sample_bytes as f64 / took.as_secs_f64()) as u64;
        // of what has filled the path nevertheless, something waits there
        let waits = self.sample_min_rtt > self.min_rtt + MAX_QUEUEING_DELAY;
        if self.sample_app_limited && !waits {
            self.delivery_rate = self.delivery_rate.max(rate);
        } else {
            if self.startup > 0 && rate < self.delivery_rate * 5 / 4 {
                self.startup -= 1;
            }
            self.delivery_rate = rate.max(self.delivery_rate * RATE_DECAY / 100);
        }
        let gain = if self.startup > 0 { 2.0 } else { 1.0 };
        let within = (self.min_rtt * 9 / 8 + MAX_QUEUEING_DELAY).as_secs_f64();
        self.limit = MIN_WINDOW.max((self.delivery_rate as f64 * within * gain) as u64);
        self.sample_start = now;
        self.sample_bytes = 0;
        self.sample_min_rtt = Duration::MAX;
        self.sample_app_limited = false;
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
        let bounded = self.cubic.window() > self.window();
        self.cubic
            .on_ack(now, sent, bytes, app_limited || bounded, rtt);
        self.sample_app_limited |= app_limited;
        self.sample_bytes += bytes;
        self.sample_min_rtt = self.sample_min_rtt.min(now.saturating_duration_since(sent));
        let took = now.saturating_duration_since(self.sample_start);
        if took >= SAMPLE.max(self.min_rtt.min(self.sample_min_rtt)) {
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
        self.mtu = new_mtu.into();
        self.cubic.on_mtu_update(new_mtu);
    }

    fn window(&self) -> u64 {
        let limit = if self.probes_rtt {
            MIN_WINDOW
        } else {
            self.limit
        };
        self.cubic.window().min(limit.saturating_add(self.mtu))
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
