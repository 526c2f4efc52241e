/** Where warnings and messages go. */
export interface CertificateLog {
  /** A file that can not be used, or one that others can read. */
  warning(message: string): void;
  /** A file was read again. */
  info(message: string): void;
}
