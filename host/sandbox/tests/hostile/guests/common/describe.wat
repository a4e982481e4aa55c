;; Two tools, `attack` and `other`, as the package says too.
(data (i32.const 2048) "attackotherA titleA description.{\22type\22:\22object\22}")
(data (i32.const 2304)
  "\00\08\00\00\06\00\00\00" "\0b\08\00\00\07\00\00\00" "\12\08\00\00\0e\00\00\00" "\20\08\00\00\11\00\00\00"
  "\00\00\00\00\00\00\00\00\00\00\00\00"
  "\06\08\00\00\05\00\00\00" "\0b\08\00\00\07\00\00\00" "\12\08\00\00\0e\00\00\00" "\20\08\00\00\11\00\00\00"
  "\00\00\00\00\00\00\00\00\00\00\00\00")

(func (export "okta:plugin/tools@0.1.0#describe") (result i32)
  (i32.store (i32.const 1024) (i32.const 2304))
  (i32.store (i32.const 1028) (i32.const 2))
  (i32.const 1024))
