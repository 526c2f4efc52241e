import { onAbort } from '@receptorjs/primitives';
import type { ClusterEvent, Pod } from '../cluster/objects.js';
import { endOfGone, isUnexplained, podCourse, type PodCourse } from './pod-course.js';
import { notStarted } from './pod-end.js';

/** How often a container may come to wait for its image until that counts as the end, as for the original. */
const MOST_PULL_WAITS = 3;
const PULL_WAIT = /^ImagePullBackOff\b/;
/** An image that no time can bring. */
const NO_IMAGE = /^InvalidImageName\b/;

/** Where one pod is on its way, as its watch tells it. A course that has ended stays. It alone writes its fields. */
export class PodProgress {
  #course: PodCourse = { phase: 'pending' };
  #pod: Pod | undefined;
  #events: readonly ClusterEvent[] = [];
  #pullWaits = 0;
  #hasRun = false;
  readonly #waiting = new Set<() => void>();

  /** @param uid of the pod; another one of the same name is none, and this one is gone then */
  constructor(
    private readonly uid: string | undefined,
    private readonly onChange: (course: PodCourse) => void,
  ) {}

  get course(): PodCourse {
    return this.#course;
  }

  /** Where its connections come from, as far as that is known: the pod, or the node it is on. */
  get addresses(): readonly string[] {
    const { podIP, podIPs = [], hostIP, hostIPs = [] } = this.#pod?.status ?? {};
    const all = [podIP, ...podIPs.map(({ ip }) => ip), hostIP, ...hostIPs.map(({ ip }) => ip)];
    return [...new Set(all.filter((each): each is string => each !== undefined && each !== ''))];
  }

  /** Whether events may tell what the pod waits for, and nothing else does. */
  get isUnexplained(): boolean {
    return this.#pod !== undefined && isUnexplained(podCourse(this.#pod), this.#pod);
  }

  /** Takes in the pod as it is now; `undefined` when it is gone. */
  see(pod: Pod | undefined): void {
    if (this.#course.phase === 'ended') return;
    const last = this.#pod;
    const isOurs = pod !== undefined && (this.uid === undefined || pod.metadata?.uid === this.uid);
    this.#pod = isOurs ? pod : undefined;
    const course: PodCourse = isOurs
      ? this.#bounded(podCourse(pod, this.#events))
      : { phase: 'ended', end: endOfGone(last), hasRun: this.#hasRun };
    // nothing is started twice: a status that says nothing of the worker is none
    this.#move(course.phase === 'pending' && this.#hasRun ? this.#course : course);
  }

  /** Takes in what has happened to the pod. */
  seeEvents(events: readonly ClusterEvent[]): void {
    this.#events = events;
    if (this.#pod && this.#course.phase === 'pending') this.see(this.#pod);
  }

  /**
   * The pod has pended for longer than it may.
   *
   * @param problem why the cluster could not be asked, where that is so
   */
  timeOut(problem?: string): void {
    if (this.#course.phase !== 'pending') return;
    const { waiting } = this.#course;
    const why = waiting?.text ?? problem;
    const text = `timed out waiting for the condition${why === undefined ? '' : `, ${why}`}`;
    const unknown = problem === undefined ? 'pending-timeout' : 'cluster-unreachable';
    const end = notStarted(waiting?.code ?? unknown, text);
    this.#move({ phase: 'ended', end, hasRun: false });
  }

  /** Resolves once the course is no longer in a phase, or when the signal fires. Never rejects. */
  left(phase: PodCourse['phase'], signal: AbortSignal): Promise<void> {
    return this.until(() => this.#course.phase !== phase, signal);
  }

  /** Resolves once something of the pod is so, or when the signal fires. Never rejects. */
  async until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isSo() && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          stopListening();
          this.#waiting.delete(wake);
          resolve();
        };
        const stopListening = onAbort(signal, wake);
        this.#waiting.add(wake);
      });
    }
  }

  /** The original gives up a pod whose image can't be had, where others wait for as long as they may. */
  #bounded(course: PodCourse): PodCourse {
    if (course.phase !== 'pending') return course;
    const { waiting } = course;
    if (waiting !== undefined && NO_IMAGE.test(waiting.text)) return imageEnd(waiting.text);
    const before = this.#course.phase === 'pending' ? this.#course.waiting?.text : undefined;
    const isPullWait = waiting !== undefined && PULL_WAIT.test(waiting.text);
    if (!isPullWait || PULL_WAIT.test(before ?? '')) return course;
    this.#pullWaits += 1;
    if (this.#pullWaits <= MOST_PULL_WAITS) return course;
    return imageEnd(waiting.text);
  }

  #move(course: PodCourse): void {
    this.#course = course;
    if (course.phase === 'running') this.#hasRun = true;
    this.onChange(course);
    for (const wake of [...this.#waiting]) wake();
  }
}

function imageEnd(why: string): PodCourse {
  const end = notStarted('image-pull', `container failed to start, ${why}`);
  return { phase: 'ended', end, hasRun: false };
}
