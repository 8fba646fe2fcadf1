import { createContext, runInContext } from 'node:vm';

interface Element {
  textContent: string;
  hidden: boolean;
  disabled: boolean;
  value: string;
  dataset: Record<string, string>;
  focus(): void;
}

/** A request of the page. */
export interface PageRequest {
  method: string;
  body: Record<string, string>;
}

/** Runs the script of the page for mailed links with a minimal DOM. */
export interface OpenPage {
  heading: Element;
  button: Element;
  label: Element;
  answer: Element;
  form: Element;
  requests: PageRequest[];
  /** Clicks the button. Resolves when the response is shown. @param password the typed password */
  submit(password?: string): Promise<string>;
}

/** @param url of the page, with its query */
export async function openPage(url: string, headers: Record<string, string> = {}): Promise<OpenPage> {
  const html = await (await fetch(url, { headers })).text();
  const element = (pattern: RegExp): Element => ({
    ...{ textContent: pattern.exec(html)?.[1] ?? '', hidden: false, disabled: false, value: '' },
    ...{ dataset: {}, focus: () => undefined },
  });
  const [heading, button] = [element(/<h1>([^<]*)</), element(/<button>([^<]*)</)];
  const [label, answer, form] = [element(/<label hidden>([^<]*)</), element(/$^/), element(/$^/)];
  label.hidden = html.includes('<label hidden>');
  const input = element(/$^/);
  const elements: Record<string, Element> = { h1: heading, button, label, input, output: answer, form };
  let submitted: (event: { preventDefault(): void }) => Promise<void> = () => Promise.resolve();
  const requests: PageRequest[] = [];
  const context = createContext({
    URLSearchParams,
    location: new URL(url),
    document: {
      title: '',
      body: { dataset: dataOf(html) },
      querySelector: (name: string) => elements[name],
    },
    fetch: (path: string, request: { method: string; body: string }) => {
      requests.push({ method: request.method, body: JSON.parse(request.body) as Record<string, string> });
      return fetch(new URL(path, url), request);
    },
  });
  Object.assign(form, {
    addEventListener: (_submit: string, listener: typeof submitted) => (submitted = listener),
  });
  runInContext(/<script>([^]*)<\/script>/.exec(html)?.[1] ?? '', context);
  const submit = async (password = '') => {
    input.value = password;
    await submitted({ preventDefault: () => undefined });
    return answer.textContent;
  };
  return { heading, button, label, answer, form, requests, submit };
}

/** The content of `document.body.dataset`. */
const dataOf = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/data-([\w-]+)="([^"]*)"/g)].map(([, name = '', text = '']) => [
      name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase()),
      text,
    ]),
  );
