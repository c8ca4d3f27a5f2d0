export const twin = () => "js";
