;; Has two tools whose names differ by a letter that looks the same: a person who allows one allows which?

(component
  (@custom "okta:plugin/tools"
    "[{\"name\": \"attack\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"attack_all\", \"title\": \"All\", \"description\": \"Lists all.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"other\", \"title\": \"A title\", \"description\": \"A description.\", \"inputSchema\": {\"type\": \"object\"}},"
    " {\"name\": \"attack_al1\", \"title\": \"A title\", \"description\": \"The other one.\", \"inputSchema\": {\"type\": \"object\"}}]")
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
