import { fuzz } from '@receptorjs/tooling-fuzz';
import { encodeJson, parseJson, parseUnitStatus } from '@receptorjs/control-protocol';

fuzz('JSON', {
  corpus: [
    '{"a":[1,-2.5e3,18446744073709551615,true,null,"\\u00e9\\ud83d\\ude00"],"__proto__":{"x":1}}',
    '[[[[[[[[[[]]]]]]]]]]',
  ],
  run: (input) => {
    try {
      const value = parseJson(input.toString('utf8'));
      encodeJson(value);
      return value === null ? 'null' : typeof value;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) return error.name;
      throw error;
    }
  },
});

fuzz('unit status', {
  corpus: [
    '{"Detail":"exit status 0","ExtraData":null,"State":2,"StateName":"Succeeded","StdoutSize":9007199254740993,"WorkType":"cat"}',
    '{"State":1,"Detail":"","StdoutSize":0,"WorkType":"remote","ExtraData":{"RemoteNode":"b","RemoteParams":{}}}',
  ],
  run: (input) => {
    let value: ReturnType<typeof parseJson>;
    try {
      value = parseJson(input.toString('utf8'));
    } catch {
      return 'no JSON';
    }
    try {
      return String(parseUnitStatus(value).state);
    } catch (error) {
      if (error instanceof Error && 'code' in error) return String(error.code);
      throw error;
    }
  },
});
