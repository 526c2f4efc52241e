/** Where warnings and news go. */
export interface CertificateLog {
  warning(message: string): void;
  info(message: string): void;
}
