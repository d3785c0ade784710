// Stands in for Node's "crypto": the packages ask for it only where a browser's own WebCrypto is missing.
export const webcrypto = undefined;
