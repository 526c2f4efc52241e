/** Another screen of the terminal, without a cursor and without wrapped lines; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

/**
 * Draws lines over the whole terminal, on a screen of their own, so that what stood there before stands there again in the end,
 * however the program ends but by SIGKILL. It alone writes its fields.
 */
export class AlternateScreen {
  #isEntered = false;

  constructor(private readonly terminal: NodeJS.WriteStream = process.stdout) {}

  /** Of a terminal that does not know its size, as over a serial line, what terminals had. */
  get columns(): number {
    return this.terminal.columns || 80;
  }

  get rows(): number {
    return this.terminal.rows || 24;
  }

  enter(): void {
    if (this.#isEntered) return;
    this.#isEntered = true;
    process.on('exit', this.leave);
    this.terminal.write(ENTER);
  }

  draw(lines: readonly string[]): void {
    if (!this.#isEntered) return;
    const shown = lines.map((line) => `${line}\u001b[K`).join('\r\n');
    this.terminal.write(`\u001b[H${shown}\u001b[J`);
  }

  readonly leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    process.off('exit', this.leave);
    this.terminal.write(LEAVE);
  };
}
