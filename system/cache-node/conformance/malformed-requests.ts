const long = 'x'.repeat(70_000);

/** Bytes that a client sends, and all that it is answered. */
export interface MalformedRequest {
  readonly sent: string;
  readonly answered: string;
  /** Whether the server closes the connection after that. Where it does not, it goes on with the next request. */
  readonly closes: boolean;
}

const closed = (sent: string, message: string): MalformedRequest => ({
  sent,
  answered: message === '' ? '' : `${message}\r\n`,
  closes: true,
});
const open = (sent: string, answered: string): MalformedRequest => ({ sent, answered, closes: false });
const protocolError = (sent: string, message: string) => closed(sent, `-ERR Protocol error: ${message}`);

/** What Redis 7.0.15 does with what is not, or hardly, its protocol. */
export const malformedRequests: Readonly<Record<string, MalformedRequest>> = {
  'empty lines are passed over': open('\r\n\n\r\n', ''),
  'an inline command with quotes': open('PING "a\\x41\\n" \r\n', '$3\r\naA\n\r\n'),
  'quotes that are not closed': protocolError('PING "a\r\n', 'unbalanced quotes in request'),
  'text behind a closing quote': protocolError("PING 'a'b\r\n", 'unbalanced quotes in request'),
  'an endless inline command': protocolError(long, 'too big inline request'),
  'a long inline command that came with its end': open(`ECHO ${long}\r\n`, `$70000\r\n${long}\r\n`),
  'empty arrays are passed over': open('*0\r\n*-5\r\n', ''),
  'a count that is no number': protocolError('*x\r\n', 'invalid multibulk length'),
  'a count with a leading zero': protocolError('*01\r\n$4\r\nPING\r\n', 'invalid multibulk length'),
  'a count with a plus': protocolError('*+1\r\n', 'invalid multibulk length'),
  'a count beyond the limit': protocolError('*2147483648\r\n', 'invalid multibulk length'),
  'an endless count': protocolError(`*${'1'.repeat(70_000)}`, 'too big mbulk count string'),
  'something other than a bulk string': protocolError('*1\r\n:4\r\n', "expected '$', got ':'"),
  'an empty line instead of a bulk string': protocolError('*1\r\n\r\n', "expected '$', got ' '"),
  'a negative length': protocolError('*1\r\n$-1\r\n', 'invalid bulk length'),
  'a length that is no number': protocolError('*1\r\n$four\r\n', 'invalid bulk length'),
  'a length beyond the limit': protocolError('*1\r\n$536870913\r\n', 'invalid bulk length'),
  'an endless length': protocolError(`*1\r\n$${'1'.repeat(70_000)}`, 'too big bulk count string'),
  'what stands behind a bulk string is not looked at': open('*1\r\n$4\r\nPINGxy', '+PONG\r\n'),
  'what stands behind a carriage return is not looked at': open('*1\rx$4\rxPING\r\n', '+PONG\r\n'),
  'a browser': closed('POST / HTTP/1.1\r\nHost: a\r\n\r\n', ''),
  'QUIT, and what comes after it': closed('QUIT\r\nPING\r\n', '+OK'),
};
