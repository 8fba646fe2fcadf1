/** Is told each step of an order before it is taken. */
export type Progress = (step: string) => Promise<void>;
